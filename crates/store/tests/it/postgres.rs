//! The suite on PostgreSQL, and what it has alone.

use std::net::TcpListener;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use propenso_store::postgres::address::Address;
use propenso_store::{Rows, Store, StoreError};

use crate::cluster::Cluster;
use crate::suite;

/// The cluster that tests share; it ends with this process.
fn shared() -> Option<MutexGuard<'static, Cluster>> {
    static SHARED: OnceLock<Option<Mutex<Cluster>>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        let cluster = Cluster::start("the suites of the store and of decisions on PostgreSQL");
        cluster.map(Mutex::new)
    });
    let shared = shared.as_ref()?;
    Some(shared.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A new database of the cluster that tests share.
pub(crate) fn database() -> Option<String> {
    shared().map(|cluster| cluster.database())
}

fn open(url: &str) -> Result<Store, StoreError> {
    Store::postgres(&Address::new(url, None).unwrap())
}

/// Runs a part of the suite on a database of its own.
fn on_postgres(part: fn(&suite::Open<'_>)) {
    if let Some(url) = database() {
        part(&|| open(&url));
    }
}

macro_rules! on_postgres {
    ($($part:ident)*) => {
        $(#[test] fn $part() { on_postgres(suite::$part); })*
    };
}

suite::parts!(on_postgres);

fn last_event(store: &Store) -> Result<i64, StoreError> {
    store.read(|rows: &dyn Rows| rows.last_event())
}

#[test]
fn a_later_layout_is_refused_and_looked_at() {
    let Some(url) = database() else { return };
    let address = Address::new(&url, None).unwrap();
    assert_eq!(Store::look_at_postgres(&address).unwrap(), None);
    drop(open(&url).unwrap());
    let condition = Store::look_at_postgres(&address).unwrap().unwrap();
    assert_eq!(condition.layout, condition.known);
    assert_eq!(condition.last_event, None);
    shared()
        .unwrap()
        .sql(&url, "UPDATE propenso.layout SET number = 99");
    let error = open(&url).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
    let condition = Store::look_at_postgres(&address).unwrap().unwrap();
    assert_eq!(condition.layout, 99);
}

/// A database that goes away is told at once, and is there again as soon as it is.
#[test]
fn a_database_that_fails_is_told_and_comes_back() {
    let Some(mut cluster) = Cluster::start("a database that fails") else {
        return;
    };
    let url = cluster.database();
    let store = open(&url).unwrap();
    assert_eq!(last_event(&store).unwrap(), 0);
    cluster.stop();
    let asked = Instant::now();
    let error = last_event(&store).unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    assert!(
        error.to_string().contains("postgres://propenso@"),
        "{error}"
    );
    assert!(asked.elapsed() < Duration::from_secs(6));
    let error = open(&url).unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    cluster.start_again();
    assert_eq!(last_event(&store).unwrap(), 0);
}

/// It goes in the middle of a transaction: nothing of that is kept.
#[test]
fn a_database_that_fails_in_a_transaction_keeps_nothing_of_it() {
    let Some(mut cluster) = Cluster::start("a database that fails in a transaction") else {
        return;
    };
    let url = cluster.database();
    let store = open(&url).unwrap();
    let error = store
        .write(|rows: &dyn Rows| {
            suite::add_version(rows, "a");
            cluster.stop();
            Ok::<_, StoreError>(())
        })
        .unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    cluster.start_again();
    let versions = store.read(|rows: &dyn Rows| rows.versions()).unwrap();
    assert!(versions.is_empty());
}

#[test]
fn a_machine_that_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Instant::now();
    let url = format!("postgres://propenso:secreto@127.0.0.1:{port}/riesgo");
    let error = open(&url).unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    assert!(!error.to_string().contains("secreto"), "{error}");
    assert!(asked.elapsed() < Duration::from_secs(8));
    drop(listener);
    let error = open(&url).unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
}

/// The threads of another runtime may wait for it, and end it.
#[test]
fn it_is_asked_from_within_a_runtime() {
    let Some(url) = database() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let store = open(&url).unwrap();
        assert_eq!(last_event(&store).unwrap(), 0);
    });
}

/// What goes on after a statement that failed is not kept, and says so.
#[test]
fn an_error_that_was_passed_over_is_none() {
    let Some(url) = database() else { return };
    let store = open(&url).unwrap();
    let kept = store.write(|rows: &dyn Rows| {
        suite::add_version(rows, "a");
        rows.set_state(1, "king").unwrap_err();
        Ok::<_, StoreError>(())
    });
    kept.unwrap_err();
    let versions = store.read(|rows: &dyn Rows| rows.versions()).unwrap();
    assert!(versions.is_empty());
}

#[test]
fn it_may_be_read_only() {
    let Some(url) = database() else { return };
    drop(open(&url).unwrap());
    let read_only = format!("{url}?options=-c%20default_transaction_read_only%3Don");
    let store = open(&read_only).unwrap();
    assert_eq!(last_event(&store).unwrap(), 0);
    let error = store
        .write(|rows: &dyn Rows| rows.insert_event(&suite::event(1, "add", "candidate")))
        .unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly(_)), "{error}");
}

/// Over TLS, a database must be who it says it is.
#[test]
fn a_database_is_vouched_for() {
    let (authority, key, certificate) = certificates();
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let cluster = Cluster::start_with(
        "a database that is spoken with over TLS",
        &[("key.pem", &key), ("certificate.pem", &certificate)],
        &[
            "--listen_addresses=127.0.0.1",
            "--ssl=on",
            "--ssl_key_file=FOLDER/key.pem",
            "--ssl_cert_file=FOLDER/certificate.pem",
            &format!("--port={port}"),
        ],
    );
    let Some(cluster) = cluster else { return };
    let folder = tempfile::tempdir().unwrap();
    let vouching = folder.path().join("ca.pem");
    std::fs::write(&vouching, authority).unwrap();
    let stranger = folder.path().join("stranger.pem");
    std::fs::write(&stranger, certificates().0).unwrap();
    let open = |host: &str, ca: &std::path::Path| {
        let url = format!("postgres://propenso@{host}:{port}/postgres?sslmode=verify-full");
        Store::postgres(&Address::new(&url, Some(ca.to_owned())).unwrap())
    };
    let store = open("localhost", &vouching).unwrap();
    assert_eq!(last_event(&store).unwrap(), 0);
    let spoken = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'propenso'";
    assert_ne!(cluster.sql("postgres", spoken), "0");
    for refused in [
        // Nobody known, and another name.
        open("localhost", &stranger),
        open("127.0.0.1", &vouching),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
    let error = open("localhost", &folder.path().join("none.pem")).unwrap_err();
    assert!(error.to_string().contains("none.pem"), "{error}");
}

/// Somebody who vouches, and a key with the certificate for this machine's name.
fn certificates() -> (String, String, String) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    (authority.pem(), key.serialize_pem(), certificate.pem())
}
