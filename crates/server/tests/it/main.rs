//! The product through its public faces: real sockets on port 0, the real binary, real files.
//!
//! - [`portfolio`]: both months of the example, every row, bit for bit, through every face
//! - [`score`]: a portfolio as a file, in every form it comes and goes; [`list`]: as a dialler takes it; [`jobs`]: over HTTP
//! - [`remembered`]: profiles, and what the configuration says of portfolios
//! - [`ended_jobs`]: portfolios that the process ends with
//! - [`migration`]: the old script's requests: its answers under its contract, no 5xx under any
//! - [`routes`]: what each route answers, errors included
//! - [`described`]: the description of the routes, and its page
//! - [`counterfactual`]: the smallest change that flips a class, through every face
//! - [`decisions`]: what was answered, kept and shown
//! - [`arrow_stream`]: many clients as an Arrow stream, and their answers
//! - [`explanation`]: what moved a score, through every face
//! - [`platforms`]: as the clients of MLflow, KServe, SageMaker and Vertex AI ask
//! - [`open_inference`]: tensors over HTTP; [`grpc`]: over gRPC; [`grpc_messages`]: what is generated for that
//! - [`hostile`]: broken requests over a raw socket
//! - [`limits`]: too many connections, too much work, too slow, too often; [`encoding`]: compressed bodies
//! - [`commands`]: the binary's subcommands
//! - [`columns`]: values and columns that are easily taken for others
//! - [`own_columns`]: models served by their own columns, without a contract or with a little one
//! - [`verify`]: proof of equality from golden rows
//! - [`models`], [`models_routes`]: the registry from the shell and over HTTP
//! - [`examined_again`]: a version that comes again with something else to go by
//! - [`pages`]: the pages for people, over HTTP; [`browser`]: in a real browser
//! - [`keys`]: who may call, from the shell and over HTTP; when a server may listen beyond this machine
//! - [`inbox`]: models dropped into a folder; [`portfolio_inbox`]: portfolios
//! - [`hostile_inbox`]: what is dropped there to read, forge or fill what is others'
//! - [`notified`]: a command that is told of verdicts
//! - [`workbooks`]: portfolios of LibreOffice and Excel 97–2003
//! - [`language`]: the two languages of the command line
//! - [`letter`]: what a person is told whom a score was about
//! - [`mlflow_folders`]: models in MLflow's folders, on disk and packed
//! - [`wrapped`]: models that are kept in a dict
//! - [`verdicts`]: what whoever sent a model reads
//! - [`ceremony`]: a month end to end, under load
//! - [`kills`], [`fallback`]: processes killed, files damaged
//! - [`record`]: what was answered, on record; [`record_kills`], [`record_disk`]: killed under load, and without room
//! - `replicas`: servers that share a registry on PostgreSQL; `replicas_record`: their record of decisions
//! - [`service`]: propenso as a service of the system, and the configuration that ships
//! - [`process`]: starting, logging and stopping; [`log_file`]: the log in a file
//! - [`signals`]: SIGHUP, SIGTERM, and what the service manager is told; [`looked_after`]: what is run beside a server
//! - [`settings`]: what the environment and the configuration say, for every command
//! - [`metrics`]: the figures that those who run it see
//! - [`traces`]: what a collector of spans gets
//! - [`arrows`]: the sources against the arrows of ARCHITECTURE.md
//! - [`support`]: a server to talk to, and the example's files

mod arrow_stream;
mod arrows;
mod browser;
mod ceremony;
#[cfg(all(unix, feature = "postgres"))]
#[allow(dead_code, reason = "the store's own tests use all of it")]
#[path = "../../../store/tests/it/cluster.rs"]
mod cluster;
mod columns;
mod commands;
mod contract_workshop;
mod counterfactual;
mod decisions;
mod described;
mod encoding;
mod ended_jobs;
mod examined_again;
mod explanation;
mod fallback;
mod grpc;
mod grpc_messages;
mod hostile;
#[cfg(unix)]
mod hostile_inbox;
mod inbox;
mod jobs;
mod keys;
mod kills;
mod language;
mod letter;
mod limits;
mod list;
mod log_file;
mod looked_after;
mod metrics;
mod migration;
mod mlflow_folders;
mod models;
mod models_routes;
mod notified;
mod open_inference;
mod own_columns;
mod pages;
mod platforms;
mod portfolio;
mod portfolio_inbox;
mod process;
mod record;
#[cfg(target_os = "linux")]
mod record_disk;
mod record_kills;
mod remembered;
#[cfg(all(unix, feature = "postgres"))]
mod replicas;
#[cfg(all(unix, feature = "postgres"))]
mod replicas_record;
mod routes;
mod score;
mod service;
mod settings;
#[cfg(unix)]
mod signals;
mod support;
mod tls;
mod traces;
mod verdicts;
mod verify;
mod workbooks;
mod wrapped;
