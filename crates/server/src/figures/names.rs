//! What each family is called. A name, once released, keeps its meaning: alerts and dashboards go by it.

/// A family's name and what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    shown: &'static str,
    help: &'static str,
}

impl Name {
    const fn new(shown: &'static str, help: &'static str) -> Self {
        Self { shown, help }
    }

    /// The name as it is scraped.
    #[must_use]
    pub fn shown(self) -> &'static str {
        self.shown
    }

    /// What the family tells, without a full stop.
    #[must_use]
    pub fn help(self) -> &'static str {
        self.help
    }

    /// The name as it is registered: the end of a counter's is added when it is written.
    pub(super) fn registered(self) -> &'static str {
        self.shown.strip_suffix("_total").unwrap_or(self.shown)
    }
}

macro_rules! names {
    ($($name:ident: $shown:literal, $help:literal;)*) => {
        $(
            #[doc = concat!("`", $shown, "`: ", $help, ".")]
            pub const $name: Name = Name::new($shown, $help);
        )*

        /// All families.
        pub const ALL: &[Name] = &[$($name),*];
    };
}

names! {
    REQUESTS: "propenso_requests_total", "Requests that were answered; code 499 where the client left before";
    REQUEST_DURATION: "propenso_request_duration_seconds", "Time from a request's headers to those of its answer";
    REQUESTS_IN_FLIGHT: "propenso_requests_in_flight", "Requests that are being answered";
    PROBLEMS: "propenso_problems_total", "Requests that were refused or failed, by the code of their answer";
    DENIED: "propenso_denied_total", "Callers that were not let in";
    CONNECTIONS: "propenso_connections_total", "Connections that were taken";
    CONNECTIONS_OPEN: "propenso_connections_open", "Connections that are open";
    CONNECTIONS_REFUSED: "propenso_connections_refused_total", "Connections that were closed unanswered";
    LANE_RUNNING: "propenso_lane_running", "Work that has its turn";
    LANE_WAITING: "propenso_lane_waiting", "Work that waits for its turn";
    STAGE_DURATION: "propenso_stage_duration_seconds", "Time that a part of the work on one client took";
    WARNINGS: "propenso_warnings_total", "Warnings in answers, by the contract's input";
    REJECTED_INPUTS: "propenso_rejected_inputs_total", "Inputs that could not be used, by the contract's input";
    PORTFOLIO_ROWS: "propenso_portfolio_rows_total", "Rows of portfolios that were scored to the end";
    JOBS: "propenso_jobs", "Portfolios that are kept, by what they are doing";
    JOBS_ENDED: "propenso_jobs_ended_total", "Portfolios that ended";
    JOBS_DISK: "propenso_jobs_disk_bytes", "Bytes that portfolios take up on disk";
    JOBS_DISK_LIMIT: "propenso_jobs_disk_limit_bytes", "Bytes that portfolios may take up on disk";
    VERDICTS: "propenso_verdicts_total", "Verdicts on models that came in";
    SHADOW: "propenso_shadow_clients_total", "Clients that the shadow was compared on with the champion";
    CHAMPION: "propenso_champion_info", "What answers now";
    CHAMPION_VERSION: "propenso_champion_version", "Number of the version that answers now";
    CHAMPION_AGE: "propenso_champion_age_seconds", "Time since that version was last made champion";
    READY: "propenso_ready", "Whether a model answers";
    DEGRADED: "propenso_degraded", "Whether a former champion answers because the champion cannot be loaded";
    RECORD_DECISIONS: "propenso_record_decisions_total", "Decisions that were answered or were to be, by what became of them";
    RECORD_COMMITS: "propenso_record_commits_total", "Times that decisions were written";
    RECORD_FAILURES: "propenso_record_failures_total", "Times that decisions could not be written";
    RECORD_WAITING: "propenso_record_waiting_bytes", "Bytes of decisions that wait to be written";
    RECORD_FAILING: "propenso_record_failing", "Whether decisions could not be written the last time";
    CERTIFICATE_EXPIRY: "propenso_certificate_expiry_timestamp_seconds", "When the first of the certificates that are shown ends";
    CERTIFICATE_REMAINING: "propenso_certificate_remaining_seconds", "Time until then";
    BUILD: "propenso_build_info", "The program's version";
    MEMORY: "propenso_process_resident_memory_bytes", "Memory that the process holds";
    CPU: "propenso_process_cpu_seconds_total", "Processor time that the process took";
    START_TIME: "propenso_process_start_time_seconds", "When the process started";
    OPEN_FILES: "propenso_process_open_fds", "Files and sockets that the process has open";
    MOST_FILES: "propenso_process_max_fds", "Files and sockets that it may have open";
    NV_SUCCESS: "nv_inference_request_success", "Requests that a version answered, as Triton counts them";
    NV_FAILURE: "nv_inference_request_failure", "Requests that a version refused, as Triton counts them";
    NV_COUNT: "nv_inference_count", "Clients that a version scored, as Triton counts them";
    NV_EXECUTIONS: "nv_inference_exec_count", "Times that a version was run, as Triton counts them";
    NV_REQUEST: "nv_inference_request_duration_us", "Microseconds of answered requests, as Triton counts them";
    NV_INPUT: "nv_inference_compute_input_duration_us", "Microseconds of encoding, as Triton counts them";
    NV_INFER: "nv_inference_compute_infer_duration_us", "Microseconds of predicting, as Triton counts them";
}
