//! `propenso serve`.
//!
//! - `explanations`: made ready once it answers
//! - `greeting`: what it says of itself when it begins to answer; `reload`: the configuration, read again
//! - `in_use`: the data directory, which nobody else may replace meanwhile; `runtime`: the threads that answer

mod explanations;
mod greeting;
mod in_use;
mod own_look;
mod reload;
mod runtime;

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use propenso_lifecycle::admission::Admission;
use propenso_lifecycle::background::Background;
use propenso_lifecycle::inbox::Inbox as ModelInbox;
use propenso_lifecycle::live::Live;
use propenso_lifecycle::load::{self, ModelPath};
use propenso_lifecycle::registry::{KeyStore, Promotion, Registry, RegistryError, WayIn};
use propenso_lifecycle::served::Served;
use propenso_lifecycle::steward::Steward;
use propenso_lifecycle::watched_folder::OpenFolder;
use propenso_scoring::Language;
use tokio::net::TcpListener;

use super::CommandError;
use crate::access::exposure::{self, Transport, Unprotected};
use crate::access::key_watch::KeyWatch;
use crate::access::session::Sessions;
use crate::access::{Access, admin_token, session_secret};
use crate::cli::{RegistryArgs, ServeArgs};
use crate::connections::Connections;
use crate::decisions::Decisions;
use crate::examinations::Examinations;
use crate::figures::Figures;
use crate::hangup::Hangups;
use crate::http::folders::Folders;
use crate::http::models::Models;
use crate::http::{self, App};
use crate::inbox::Inbox;
use crate::jobs::{Jobs, OpenJobs};
use crate::limits::open_files;
use crate::listen::Listener;
use crate::monitoring::Monitoring;
use crate::notify::Notifier;
use crate::record::archive::Archive;
use crate::record::{Record, keeper};
use crate::service_manager::{self, Told};
use crate::settings::letter::sender;
use crate::settings::{ConnectionSettings, Settings};
use crate::tls::Tls;
use crate::traces::Traces;
use crate::workshop::Workshop;
use crate::{PROGRAM, listen, logging, panic_report, shutdown};
use greeting::Greeting;
pub(super) use greeting::url;
use own_look::OwnLook;
use reload::Reloader;

/// How often the files of rejected models whose time is over are looked for, besides when a model arrives.
const CLEARING: Duration = Duration::from_secs(6 * 3600);

/// The longest time to stop in that clocks can be set to.
const LONGEST_GRACE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Loads the model, or the registry's champion, then listens until the process is asked to stop.
///
/// # Errors
///
/// [`CommandError`] when it cannot start.
pub fn run(args: ServeArgs, language: Language) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let typed = registry_options(&args.registry);
    let settings = Settings::resolve(args.clone())?;
    let log = logging::start(&settings.log)?;
    panic_report::to_log();
    let idle = Arc::default();
    let runtime = runtime::start(&idle)?;
    let hangups = runtime.block_on(async { Hangups::listen() });
    // First of all: a second server that was started by mistake must not touch the inbox.
    let port = runtime.block_on(Port::open("--listen", &settings.listen))?;
    let grpc_port = settings.grpc_listen.as_deref();
    let grpc_port = grpc_port.map(|listen| runtime.block_on(Port::open("--grpc-listen", listen)));
    let grpc_port = grpc_port.transpose()?;
    let address = port.address;
    let grpc_address = grpc_port.as_ref().map(|port| port.address);
    // Who may call counts for both: the one that others reach says what is needed.
    let reached = grpc_address.filter(|port| exposure::is_exposed(*port, settings.transport));
    let reached = reached.unwrap_or(address);
    let _in_use = in_use::lock(&settings)?;
    let (access, keys) = open_access(&settings, reached, &typed)?;
    let tls = settings.tls.clone().map(Tls::open).transpose()?;
    let traces = settings.traces.as_ref().map(Traces::start).transpose()?;
    if let Some(tls) = &tls {
        runtime.spawn(Arc::clone(tls).watch());
    }
    let (app, upkeep) = match &settings.model {
        Some(model) => (serve_file(model, &settings, access, start)?, None),
        None => {
            let (app, upkeep) = serve_registry(&settings, access)?;
            (app, Some(upkeep))
        }
    };
    let traces = traces.map(Arc::new);
    let inbox = open_inbox(&settings, &app);
    let models_inbox = upkeep.as_ref().and_then(|upkeep| upkeep.inbox.as_ref());
    let folders = Folders::of(&settings, models_inbox, inbox.as_ref());
    let letter = sender(&args.registry)?;
    let app = Arc::new(App {
        tls,
        traces,
        platform: settings.platform.clone().map(Arc::new),
        folders,
        letter,
        examiner: Some(Arc::new(OwnLook { args: args.clone() })),
        ..app
    });
    let listener = Listener {
        tcp: [Some(port), grpc_port]
            .into_iter()
            .flatten()
            .map(|port| port.tcp)
            .collect(),
        tls: app.tls.clone(),
        connections: open_connections(settings.http.connections, &app.figures),
    };
    if let Some(record) = &app.record {
        let _ = idle.set(record.writer().idle_notice());
    }
    let keeper = app.record.as_ref().map(keeper::start);
    app.access.log_state();
    warn_of_transport(settings.transport, reached);
    let url = url(address, app.tls.is_some());
    tracing::info!(%address, grpc_address = grpc_address.map(tracing::field::display), "listening; try {url}/prueba");
    let stop = {
        let _within = runtime.enter();
        shutdown::signal()
    };
    let greeting = Greeting {
        settings: &settings,
        app: &app,
        address,
        grpc_address,
    };
    greeting.print(language);
    service_manager::tell(&[Told::Ready, Told::Status(&greeting.status())]);
    runtime.spawn(report(settings.clone(), Arc::clone(&app), address));
    runtime.spawn(explanations::keep_ready(Arc::clone(&app)));
    let reloader = Reloader {
        args,
        settings: settings.clone(),
        log,
        tls: app.tls.clone(),
        app: Arc::clone(&app),
        keys: keys.bell(),
    };
    let closed = runtime.spawn(reloader.watch(hangups));
    let grace = settings.http.shutdown.min(LONGEST_GRACE);
    let stop = async {
        tokio::select! {
            () = stop => {}
            _ = closed => {}
        }
    };
    let asked = runtime.block_on(serve_until_asked(listener, &app, stop, grace));
    let left = || grace.saturating_sub(asked.elapsed());
    // All of them have the same time; whatever still computes then ends with the process.
    if let Some(portfolios) = &app.portfolios {
        portfolios.end_within(left());
    }
    if let Some(inbox) = inbox {
        inbox.end_within(left());
    }
    if let Some(upkeep) = upkeep {
        upkeep.end_within(left());
    }
    keys.end_within(left());
    if let Some(keeper) = keeper {
        keeper.end_within(left());
    }
    if let Some(record) = &app.record {
        record.end_within(left());
    }
    if let Some(traces) = &app.traces {
        traces.end_within(left());
    }
    runtime.shutdown_timeout(left());
    Ok(ExitCode::SUCCESS)
}

/// A port that was opened.
struct Port {
    tcp: TcpListener,
    address: SocketAddr,
}

impl Port {
    /// Opens what an option says.
    async fn open(option: &'static str, listen: &str) -> Result<Self, CommandError> {
        let opened = async {
            let tcp = TcpListener::bind(listen).await?;
            let address = tcp.local_addr()?;
            Ok(Self { tcp, address })
        };
        opened.await.map_err(|error| CommandError::Listen {
            option,
            address: listen.to_owned(),
            error,
        })
    }
}

/// Tells the service manager that this process lives, and what it does.
async fn report(settings: Settings, app: Arc<App>, address: SocketAddr) {
    let status = || {
        let greeting = Greeting {
            settings: &settings,
            app: &app,
            address,
            grpc_address: None,
        };
        greeting.status()
    };
    service_manager::report(status).await;
}

/// Serves until it is asked to `stop`, and gives requests in flight `grace` to finish. Tells when it was asked.
async fn serve_until_asked(
    listener: Listener,
    app: &Arc<App>,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> Instant {
    let mut asked = Instant::now();
    let stop = async {
        stop.await;
        service_manager::tell(&[Told::Stopping, Told::Status("stopping")]);
        asked = Instant::now();
        // A portfolio is given up at once: it starts again, and has the same time to let go as a request has to finish.
        if let Some(portfolios) = &app.portfolios {
            portfolios.stop();
        }
    };
    listen::serve(listener, http::router(Arc::clone(app)), stop, grace).await;
    asked
}

/// Counts connections: no more than the system has room for.
fn open_connections(mut limits: ConnectionSettings, figures: &Arc<Figures>) -> Arc<Connections> {
    if let Some(room) = open_files::room_for_connections()
        && room < limits.max
    {
        tracing::warn!(
            room,
            wanted = limits.max,
            "the system lets this process open too few files for http.max_connections; raise its limit (ulimit -n, LimitNOFILE)"
        );
        limits.max = room.max(1);
    }
    Connections::new(limits, Arc::clone(figures))
}

/// Finds out who may call, and refuses to answer others than this machine without what protects them.
fn open_access(
    settings: &Settings,
    address: SocketAddr,
    typed: &[(&str, String)],
) -> Result<(Arc<Access>, KeyWatch), CommandError> {
    let token = settings.admin_token_file.as_deref().map(admin_token::read);
    let is_exposed = exposure::is_exposed(address, settings.transport);
    let access = Access::new(token.transpose()?, is_exposed);
    let access = match settings.transport {
        Transport::BehindProxy => access.behind_proxy(),
        _ => access,
    };
    let access = Arc::new(match settings.model {
        // Sessions end with the process: there is no place that is its own.
        Some(_) => access,
        None => {
            let secret = session_secret::open(&settings.models.place);
            access.with_sessions(Sessions::new(secret.map_err(RegistryError::from)?))
        }
    });
    let keys = KeyWatch::start(Arc::clone(&access), settings.models.place.clone())?;
    let lacking = Unprotected::find(address, settings.transport, access.has_keys());
    if let Some(lacking) = lacking {
        let words = std::env::args_os().skip(1);
        let words = words.map(|word| word.to_string_lossy().into_owned());
        return Err(CommandError::Unprotected(Box::new(
            lacking.typed(words, typed),
        )));
    }
    Ok((access, keys))
}

fn warn_of_transport(transport: Transport, address: SocketAddr) {
    if transport == Transport::InsecureLan && exposure::is_exposed(address, transport) {
        tracing::warn!("--insecure-lan: whoever listens in this network sees keys and clients");
    }
}

/// Says which registry it is, as it was typed.
fn registry_options(args: &RegistryArgs) -> Vec<(&'static str, String)> {
    let typed = [("--config", &args.config), ("--data-dir", &args.data_dir)];
    let typed = typed.into_iter();
    typed
        .filter_map(|(flag, path)| Some((flag, path.as_ref()?.display().to_string())))
        .collect()
}

/// Looks into the folder that portfolios are dropped into, if there is one.
fn open_inbox(settings: &Settings, app: &App) -> Option<OpenFolder> {
    let settings = settings.portfolio_inbox.clone()?;
    let queue = app.portfolios.as_ref()?.queue();
    tracing::info!(folder = %settings.folder.display(), "looking into the inbox of portfolios");
    Some(Inbox::open(settings, queue))
}

/// Serves one file until the process stops.
fn serve_file(
    model: &Path,
    settings: &Settings,
    access: Arc<Access>,
    start: Instant,
) -> Result<App, CommandError> {
    let path = ModelPath::new(model, settings.key.as_deref());
    let contract = settings.contract.as_deref();
    let scorer = if settings.strict {
        load::strict_scorer(path, contract)?
    } else {
        load::scorer(path, contract)?
    };
    tracing::info!(
        model = %model.display(),
        hash = %scorer.model().short(),
        class = scorer.predictor().signature().class,
        engine = scorer.predictor().engine_name(),
        contract = scorer.contract().name(),
        millis = start.elapsed().as_millis(),
        "{PROGRAM}: model loaded"
    );
    let live = Arc::new(Live::of(Served::new(scorer, None)));
    let record = open_record(settings)?;
    let portfolios = Jobs::temporary(
        Arc::clone(&live),
        settings.portfolios.clone(),
        record.clone(),
    )?;
    Ok(App {
        portfolios: Some(portfolios),
        decisions: record.as_deref().map(|record| Decisions::of(record, None)),
        record,
        ..App::new(live, access, settings.http)
    })
}

/// Begins to keep what is answered, where that is wanted.
fn open_record(settings: &Settings) -> Result<Option<Arc<Record>>, CommandError> {
    let record = Record::open(&settings.models.place, settings.record.clone())?;
    Ok(record.map(Arc::new))
}

/// What looks after the registry and the inbox, until it is dropped.
struct Upkeep {
    inbox: Option<OpenFolder>,
    watch: Background,
    _clearing: Background,
    monitoring: Arc<Monitoring>,
    counting: Background,
}

impl Upkeep {
    /// Ends it, waiting for what is at hand no longer than `patience`. The registry is whole at any moment.
    fn end_within(&self, patience: Duration) {
        let asked = Instant::now();
        let has_ended = self
            .inbox
            .as_ref()
            .is_none_or(|inbox| inbox.end_within(patience));
        let left = patience.saturating_sub(asked.elapsed());
        if self.counting.end_within(left) {
            // What was counted since.
            self.monitoring.write_or_wait();
        }
        let left = patience.saturating_sub(asked.elapsed());
        if !(self.watch.end_within(left) && has_ended) {
            tracing::warn!(
                "stopped in the middle of taking a model in; that starts again with the next start"
            );
        }
    }
}

/// Serves the registry's champion, whichever that is.
fn serve_registry(settings: &Settings, access: Arc<Access>) -> Result<(App, Upkeep), CommandError> {
    let models = &settings.models;
    let registry = Arc::new(Registry::open(&models.place)?);
    if !settings.is_registry_meant() && registry.versions()?.is_empty() {
        return Err(CommandError::NothingToServe);
    }
    let live = Arc::new(Live::empty());
    let app = App::new(Arc::clone(&live), access, settings.http);
    let steward = Steward::new(Arc::clone(&registry), Arc::clone(&live), models.promotion);
    let steward = Arc::new(steward);
    steward.start()?;
    if live.champion().is_none() {
        tracing::warn!(
            "{PROGRAM}: no model is in service; add one with `propenso models add FILE`, then `propenso models promote N`"
        );
    }
    let admission = || Admission::new(Arc::clone(&registry), models.rules.clone());
    let notifier = Notifier::start(models.notify.clone(), Arc::clone(&registry));
    let inbox = match &models.inbox {
        Some(inbox) => {
            let (told, figures) = (notifier.clone(), Arc::clone(&app.figures));
            let versions = Arc::clone(&registry);
            let told = Box::new(move |number| {
                if let Ok(version) = versions.version(number) {
                    figures
                        .verdicts
                        .count(WayIn::Inbox, version.report.verdict());
                }
                told.tell(number);
            });
            let open = ModelInbox::open(inbox.clone(), admission(), Arc::clone(&steward), told);
            tracing::info!(folder = %inbox.folder.display(), "looking into the inbox");
            Some(open)
        }
        None => None,
    };
    let monitoring = Arc::new(Monitoring::new(
        Arc::clone(&registry),
        Arc::clone(&app.figures),
    ));
    let workshop = Arc::new(Workshop::open(&models.data_dir));
    let upkeep = Upkeep {
        counting: monitoring.start(),
        monitoring: Arc::clone(&monitoring),
        inbox,
        watch: Arc::clone(&steward).watch(),
        _clearing: Background::every(CLEARING, {
            let (admission, workshop) = (admission(), Arc::clone(&workshop));
            move || {
                admission.clear();
                workshop.clear();
            }
        }),
    };
    let record = open_record(settings)?;
    let portfolios = Jobs::open(
        OpenJobs::folder(&models.data_dir),
        Arc::clone(&live),
        models.rules.reference.clone(),
        settings.portfolios.clone(),
    )?;
    let archive = || Archive::new(Arc::clone(&registry)).sharing(Arc::clone(&live));
    let app = App {
        keys: Some(KeyStore::open(&models.place)?),
        portfolios: Some(
            portfolios
                .on_record(record.clone())
                .monitored(monitoring)
                .start(),
        ),
        decisions: record
            .as_deref()
            .map(|record| Decisions::of(record, Some(archive()))),
        record,
        models: Some(Models {
            admission: admission(),
            registry,
            steward,
            max_upload_bytes: models.max_upload_bytes,
            notifier,
            is_auto: models.promotion == Promotion::Auto,
            examinations: Examinations::default(),
            workshop,
        }),
        ..app
    };
    Ok((app, upkeep))
}
