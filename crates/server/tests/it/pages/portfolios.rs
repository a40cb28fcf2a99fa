//! `/carteras`: from this morning's file to the ranked list.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::process::Process;
use crate::support::registry::{Registry, form};
use crate::support::{Answer, example_model, repository, until};

/// What nobody should be able to have run.
const HOSTILE: &str = "<script>alert(1)</script>";

fn example() -> Vec<u8> {
    std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap()
}

/// A registry with the example's model as its champion.
fn registry() -> Registry {
    let registry = Registry::with_reference("");
    let version = registry.add(&example_model()).to_string();
    registry.ok(&["promote", &version]);
    registry
}

/// The header's names, and a client.
const HEADER: &str = "CUST_CODE;ESCENARIO_RECOBRO;PORTADO;VPT;CODIGO_POSTAL;ESTADO_CLIENTE;VAP_SCF;VAP_OB;FECHA_BPI;EDAD;\
                      CANTIDAD_FACTURAS;IMPORTE_FACTURA;DEUDA_TOTAL;NUM_LINEAS_ACTIVAS";

fn client(id: u32, debt: &str) -> String {
    format!("C{id};PER;NO;S;29151;A;N;N;;MAYOR 65;1;62,83;{debt};2\n")
}

fn post(server: &Process, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let (content_type, body) = form(fields);
    server.request("POST", path, &[("content-type", &content_type)], &body)
}

fn send(server: &Process, name: &str, content: &[u8]) -> Answer {
    post(server, "/carteras", &[("archivo", Some(name), content)])
}

/// The page that an answer leads to.
fn led(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").unwrap().to_owned()
}

/// The page of a draft, once it was looked at.
fn looked_at(server: &Process, path: &str) -> Answer {
    let mut page = server.get(path);
    until(|| {
        page = server.get(path);
        !page.body.contains("id=\"lectura\"")
    });
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

fn answer(server: &Process, draft: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let path = format!("{draft}/lectura");
    server.request("POST", &path, &[kind], body.finish().as_bytes())
}

/// The page of a job, once it is over.
fn ended(server: &Process, path: &str) -> Answer {
    let mut page = server.get(path);
    until(|| {
        page = server.get(path);
        !page.body.contains("id=\"avance\"")
    });
    page
}

/// Texts that a page has, in the order given or not.
fn assert_shows(page: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(page.body.contains(text), "«{text}»: {}", page.body);
    }
}

#[test]
fn a_file_is_shown_before_it_is_scored_and_its_list_is_fetched() {
    let registry = registry();
    let server = registry.serve(&[]);
    let draft = led(&send(&server, "cartera noviembre.csv", &example()));
    assert!(draft.starts_with("/carteras/borrador/"));
    let page = looked_at(&server, &draft);
    assert_shows(
        &page,
        &[
            "cartera noviembre.csv",
            "texto (CSV)",
            "punto y coma",
            "Parece que está todo",
            "CUST_CODE",
            "29151",
            "Columnas que no se usan",
            "NUMERO_FACTURA",
        ],
    );
    // It is found again in the list, by whoever closed the browser.
    assert_shows(
        &server.get("/carteras"),
        &[&draft, "Sin terminar de preparar"],
    );

    let fields: [(&str, Option<&str>, &[u8]); 5] = [
        ("rank_by", None, b"expected"),
        ("capacity", None, b"1.000"),
        ("explain", None, b""),
        ("lista", Some("no llamar.csv"), b"CUST_CODE\n1.759658\n"),
        ("output_format", None, b"csv"),
    ];
    let job = led(&post(&server, &draft, &fields));
    assert_eq!(job, draft.replace("borrador/", ""));
    let page = ended(&server, &job);
    let api = job.replace("/carteras", "/v1/portfolios");
    assert_shows(
        &page,
        &[
            "Cuadra: leídos = puntuados + rechazados",
            "7.339",
            "Excluidos por la lista de exclusión",
            "Caben en la capacidad",
            "1.000",
            "<svg",
            "Verlo como tabla",
            &format!("{api}/output"),
            &format!("{api}/suppressed"),
            &format!("{api}/summary"),
        ],
    );
    assert!(!page.body.contains(&format!("{api}/rejected")));
    let list = server.get(&format!("{api}/output"));
    assert_eq!(list.body.lines().count(), 7_339);
    server.get(&draft).expect_status(404);
    // Pressed twice, it leads to what came of it.
    assert_eq!(led(&post(&server, &draft, &fields)), job);

    let list = server.get("/carteras");
    assert_shows(&list, &[&job, "Terminada", "cartera noviembre.csv"]);
    assert!(!list.body.contains("Sin terminar de preparar"));
    let english = ("accept-language", "en");
    let page = server.request("GET", &job, &[english], b"");
    assert_shows(&page, &["It balances", "Ranked list", "lang=\"en\""]);

    let removed = server.request("POST", &format!("{job}/quitar"), &[], b"");
    assert_eq!(led(&removed), "/carteras");
    let gone = server.get(&job);
    assert_eq!(gone.status, 404);
    assert_shows(&gone, &["Esa cartera ya no existe"]);
}

trait Expect {
    fn expect_status(&self, status: u16);
}

impl Expect for Answer {
    fn expect_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.body);
    }
}

#[test]
fn what_is_not_clear_is_asked_once_and_remembered() {
    let registry = registry();
    let server = registry.serve(&[]);
    // A column by another name, and numbers that nothing tells how to read.
    let header = HEADER.replace("EDAD", "TRAMO");
    let content = format!("{header}\n{}", client(1, "1.250").replace("62,83", "3.250"));
    let draft = led(&send(&server, "gestora 11.csv", content.as_bytes()));
    let page = looked_at(&server, &draft);
    assert_shows(
        &page,
        &[
            "Antes de puntuar, conteste a esto",
            "¿Qué columna es EDAD?",
            "name=\"columna.EDAD\"",
            "¿Con qué se escriben los decimales?",
            "1.250",
        ],
    );
    // Nothing is scored before.
    let refused = post(&server, &draft, &[("rank_by", None, b"probability")]);
    refused.expect_status(422);
    assert_shows(&refused, &["Conteste antes a las preguntas de arriba"]);
    // A column that there is not.
    let wrong = answer(
        &server,
        &draft,
        &[("columna.EDAD", "NADA"), ("decimal", "comma")],
    );
    wrong.expect_status(422);
    assert_shows(
        &wrong,
        &[
            "El archivo no tiene la columna «NADA»",
            "aria-invalid=\"true\"",
        ],
    );

    let answers = [
        ("columna.EDAD", "TRAMO"),
        ("decimal", "comma"),
        ("recordar", "si"),
    ];
    assert_eq!(led(&answer(&server, &draft, &answers)), draft);
    let page = looked_at(&server, &draft);
    assert_shows(&page, &["Está todo", "perfil «gestora-", "con coma"]);
    let job = led(&post(&server, &draft, &[("rank_by", None, b"probability")]));
    assert_shows(&ended(&server, &job), &["Cuadra"]);

    // The next month's file is like it.
    let next = content.replace("1.250", "7.500");
    let draft = led(&send(&server, "otra.csv", next.as_bytes()));
    let page = looked_at(&server, &draft);
    assert_shows(&page, &["Está todo", "perfil «gestora-"]);
    // And another is not.
    let other = format!(
        "{header};NOTA\n{}",
        client(1, "1.250").replace(";2\n", ";2;x\n")
    );
    let draft = led(&send(&server, "otra.csv", other.as_bytes()));
    assert_shows(&looked_at(&server, &draft), &["¿Qué columna es EDAD?"]);
}

#[test]
fn a_sheet_is_asked_for_where_several_could_be_it() {
    use rust_xlsxwriter::Workbook;
    let registry = registry();
    let server = registry.serve(&[]);
    let mut book = Workbook::new();
    for (name, last) in [
        ("Madrid", "NUM_LINEAS_ACTIVAS"),
        ("<b>Sur", "num lineas activas"),
    ] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        let names: Vec<&str> = HEADER.split(';').collect();
        let row = client(1, "12,5");
        let cells: Vec<&str> = row.trim_end().split(';').collect();
        let shift = usize::from(name != "Madrid");
        for (column, (name, cell)) in names.iter().zip(cells).enumerate() {
            let column = u16::try_from((column + shift) % names.len()).unwrap();
            let name = if *name == "NUM_LINEAS_ACTIVAS" {
                last
            } else {
                name
            };
            sheet.write_string(0, column, name).unwrap();
            sheet.write_string(1, column, cell).unwrap();
        }
    }
    let draft = led(&send(
        &server,
        "libro.xlsx",
        &book.save_to_buffer().unwrap(),
    ));
    let page = looked_at(&server, &draft);
    assert_shows(&page, &["¿Qué hoja es la cartera?", "&#60;b&#62;Sur"]);
    assert!(!page.body.contains("<b>Sur"));
    let answers = [("sheet", "<b>Sur"), ("recordar", "si")];
    led(&answer(&server, &draft, &answers));
    let page = looked_at(&server, &draft);
    assert_shows(
        &page,
        &[
            "libro de Excel",
            "Está todo",
            "<dt>Hoja</dt><dd>&#60;b&#62;Sur",
        ],
    );
    let draft = led(&send(
        &server,
        "libro 12.xlsx",
        &book.save_to_buffer().unwrap(),
    ));
    assert_shows(
        &looked_at(&server, &draft),
        &["Está todo", "perfil «libro-"],
    );
}

#[test]
fn hostile_text_is_shown_as_text() {
    let registry = registry();
    let server = registry.serve(&[]);
    let header = format!("{HEADER};{HOSTILE};\" onmouseover=x");
    let row = client(1, "62,83").replace(";2\n", &format!(";2;{HOSTILE};{{{{7*7}}}}\n"));
    let content = format!("{header}\n{row}");
    let draft = led(&send(
        &server,
        &format!("{HOSTILE}.csv"),
        content.as_bytes(),
    ));
    let page = looked_at(&server, &draft);
    let list = server.get("/carteras");
    let wrong = answer(
        &server,
        &draft,
        &[("id_column", HOSTILE), ("header_row", HOSTILE)],
    );
    wrong.expect_status(422);
    let fields: [(&str, Option<&str>, &[u8]); 3] = [
        ("capacity", None, HOSTILE.as_bytes()),
        ("seed_key", None, b"\" autofocus onfocus=alert(1) x=\""),
        (
            "lista",
            Some("<img src=x onerror=alert(1)>.csv"),
            b"CUST_CODE\nC1\n",
        ),
    ];
    let again = post(&server, &draft, &fields);
    again.expect_status(422);
    assert_shows(&again, &["Escriba un número", "Ya subida: &#60;img"]);
    let job = led(&post(
        &server,
        &draft,
        &[
            ("rank_by", None, b"probability"),
            ("sin_lista", None, b"si"),
        ],
    ));
    let done = ended(&server, &job);
    assert_shows(&done, &["&#60;script&#62;"]);
    for page in [&page, &list, &wrong, &again, &done] {
        assert!(!page.body.contains(HOSTILE), "{}", page.body);
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert!(!page.body.contains("\" onmouseover"), "{}", page.body);
        assert!(!page.body.contains("\" autofocus onfocus"), "{}", page.body);
    }
    assert_shows(&page, &["{{7*7}}", "&#60;script&#62;alert(1)"]);
}

#[test]
fn what_cannot_be_is_told_beside_its_field() {
    let registry = registry();
    let server = registry.serve(&[]);
    for (name, content, told) in [
        ("", &b""[..], "Elija un archivo"),
        ("vacio.csv", b"", "El archivo está vacío"),
    ] {
        let answer = send(&server, name, content);
        answer.expect_status(422);
        assert_shows(&answer, &[told, "id=\"archivo-error\""]);
    }
    let draft = led(&send(&server, "informe.pdf", b"%PDF-1.7 x"));
    assert_shows(
        &looked_at(&server, &draft),
        &["Es un PDF; pida la cartera en .csv o .xlsx."],
    );
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    let draft = led(&send(
        &server,
        "vacio.xlsx",
        &book.save_to_buffer().unwrap(),
    ));
    let page = looked_at(&server, &draft);
    assert_shows(&page, &["«Hoja» y «Fila de los nombres» dicen dónde está."]);
    assert!(!page.body.contains("--sheet"), "{}", page.body);
    let draft = led(&send(&server, "sin cabecera.csv", b"1;2;3\n4;5;6\n"));
    assert_shows(&looked_at(&server, &draft), &["parece un cliente"]);
    let bad = client(1, "62,83").replace("MAYOR 65", "viejo");
    let content = format!("{HEADER}\n{}{bad}", client(1, "62,83"));
    let draft = led(&send(&server, "a medias.csv", content.as_bytes()));
    let page = looked_at(&server, &draft);
    assert_shows(
        &page,
        &[
            "De las primeras 2 filas, se rechazarían 1",
            "<strong>EDAD</strong>",
        ],
    );

    // Neither the debt nor the ids are known.
    let unknown = HEADER
        .replace("CUST_CODE", "REF")
        .replace("DEUDA_TOTAL", "DT");
    let content = format!("{unknown}\n{}", client(1, "62,83"));
    let draft = led(&send(&server, "c.csv", content.as_bytes()));
    looked_at(&server, &draft);
    let fields: [(&str, Option<&str>, &[u8]); 6] = [
        ("rank_by", None, b"net"),
        ("fee", None, b"200"),
        ("only_fits", None, b"yes"),
        ("control_share", None, b"5"),
        ("seed_key", None, b"noviembre"),
        ("lista", Some("vacia.csv"), b""),
    ];
    let again = post(&server, &draft, &fields);
    again.expect_status(422);
    assert_shows(
        &again,
        &[
            "id=\"fee-error\"",
            "id=\"contact_cost-error\"",
            "id=\"capacity-error\"",
            "id=\"control_share-error\"",
            "id=\"lista-error\"",
            "value=\"200\"",
            "value=\"noviembre\"",
        ],
    );
    // What it was sent with the first time is not in the way of the second.
    let again = post(&server, &draft, &fields);
    again.expect_status(422);
    server
        .get("/carteras/borrador/000000000000000000000000")
        .expect_status(404);
    server.get("/carteras/..%2f..").expect_status(404);
    let kind = ("content-type", "text/plain");
    server
        .request("POST", "/carteras", &[kind], b"x")
        .expect_status(422);
}

#[test]
fn what_could_not_be_scored_is_mended_without_sending_it_again() {
    let registry = registry();
    let server = registry.serve(&[]);
    // Behind what is looked at there are numbers that nothing tells how to read.
    let many = client(1, "62").replace("62,83", "62").repeat(9_000);
    let content = format!(
        "{HEADER}\n{many}{}",
        client(2, "1.250").replace("62,83", "3.250")
    );
    let draft = led(&send(&server, "c.csv", content.as_bytes()));
    assert_shows(&looked_at(&server, &draft), &["Parece que está todo"]);
    let list: (&str, Option<&str>, &[u8]) = ("lista", Some("no.csv"), b"CUST_CODE\nC2\n");
    let job = led(&post(&server, &draft, &[("capacity", None, b"5"), list]));
    let page = ended(&server, &job);
    assert_shows(
        &page,
        &["No se ha podido puntuar", "1.250", "Corregir y repetir"],
    );
    assert!(!page.body.contains("decimal ="), "{}", page.body);
    let again = server.request("POST", &format!("{job}/corregir"), &[], b"");
    assert_eq!(led(&again), draft);
    server.get(&job).expect_status(404);
    let page = looked_at(&server, &draft);
    assert_shows(
        &page,
        &[
            "La última vez no se pudo puntuar",
            "value=\"5\"",
            "Ya subida",
        ],
    );
    led(&answer(&server, &draft, &[("decimal", "comma")]));
    looked_at(&server, &draft);
    assert_eq!(
        led(&post(&server, &draft, &[("rank_by", None, b"probability")])),
        job
    );
    assert_shows(&ended(&server, &job), &["Cuadra", "Excluidos por la lista"]);
    server
        .request("POST", &format!("{job}/corregir"), &[], b"")
        .expect_status(404);
}

#[test]
fn drafts_outlive_a_restart_and_are_removed() {
    let registry = registry();
    let server = registry.serve(&[]);
    let draft = led(&send(&server, "cartera.csv", &example()));
    looked_at(&server, &draft);
    led(&answer(&server, &draft, &[("decimal", "point")]));
    drop(server);
    let server = registry.serve(&[]);
    assert_shows(&server.get("/carteras"), &[&draft]);
    assert_shows(&looked_at(&server, &draft), &["value=\"point\" selected"]);
    led(&server.request("POST", &format!("{draft}/quitar"), &[], b""));
    server.get(&draft).expect_status(404);
    let folders = std::fs::read_dir(registry.data().join("portfolios")).unwrap();
    assert_eq!(folders.count(), 0);
    // So many are kept, and no more.
    for _ in 0..32 {
        led(&send(&server, "c.csv", b"a;b\n1;2\n"));
    }
    let answer = send(&server, "c.csv", b"a;b\n1;2\n");
    answer.expect_status(429);
    assert_shows(&answer, &["Hay demasiados archivos subidos"]);
}

#[test]
fn of_two_lists_that_arrive_at_once_the_last_one_whole_stays() {
    let registry = registry();
    let server = registry.serve(&[]);
    let draft = led(&send(&server, "cartera.csv", &example()));
    looked_at(&server, &draft);
    // Another field is wrong each time, so that it stays a draft.
    let sent = |name: &'static str, list: &'static [u8]| {
        form(&[("lista", Some(name), list), ("capacity", None, b"muchos")])
    };
    let (kind, body) = sent("lenta.csv", b"CUST_CODE\nC1\nC2\nC3\n");
    let half = body.windows(2).position(|two| two == b"C2").unwrap();
    let mut slow = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST {draft} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        server.address,
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    slow.write_all(&body[..half]).unwrap();
    let folder = registry
        .data()
        .join("portfolios")
        .join(draft.rsplit('/').next().unwrap());
    let arriving = || {
        let names = std::fs::read_dir(&folder).unwrap().flatten();
        let names = names.map(|entry| entry.file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".part")).count()
    };
    until(|| arriving() == 1);
    let (kind, quick) = sent("rapida.csv", b"CUST_CODE\nC9\n");
    let quick = server.request("POST", &draft, &[("content-type", &kind)], &quick);
    quick.expect_status(422);
    assert_shows(&quick, &["Ya subida: rapida.csv"]);
    let list = || std::fs::read(folder.join("suppress")).unwrap();
    assert_eq!(list(), b"CUST_CODE\nC9\n");
    slow.write_all(&body[half..]).unwrap();
    let mut told = String::new();
    slow.read_to_string(&mut told).unwrap();
    assert!(
        told.starts_with("HTTP/1.1 422") && told.contains("Ya subida: lenta.csv"),
        "{told}"
    );
    assert_eq!(list(), b"CUST_CODE\nC1\nC2\nC3\n");
    assert_eq!(arriving(), 0);
}

#[test]
fn roles_decide_who_sees_and_who_sends() {
    let registry = registry();
    let sender = registry.key("gestor", "carteras,resultados");
    let viewer = registry.key("jefa", "resultados");
    let scorer = registry.key("plataforma", "puntuar");
    let server = registry.serve(&[]);
    let (content_type, body) = form(&[("archivo", Some("c.csv"), b"a;b\n1;2\n")]);
    let ask = |method: &str, path: &str, key: &str, body: &[u8]| {
        let key = format!("Bearer {key}");
        let headers = [("authorization", &*key), ("content-type", &content_type)];
        server.request(method, path, &headers, body)
    };
    let draft = led(&ask("POST", "/carteras", &sender, &body));
    assert_shows(
        &ask("GET", "/carteras", &sender, b""),
        &["id=\"archivo\"", &draft, "gestor"],
    );
    let page = ask("GET", "/carteras", &viewer, b"");
    assert_shows(&page, &["Su clave permite ver resultados"]);
    assert!(!page.body.contains("id=\"archivo\"") && !page.body.contains(&draft));
    for (method, path) in [("POST", "/carteras"), ("GET", &draft), ("POST", &draft)] {
        ask(method, path, &viewer, &body).expect_status(403);
        ask(method, path, &scorer, &body).expect_status(403);
    }
    ask("GET", "/carteras", &scorer, b"").expect_status(403);
    // By a session, as browsers have one.
    let cookie = super::sign_in(&server, &sender);
    let session = |method: &str, path: &str, body: &[u8]| {
        let headers = [("cookie", &*cookie), ("content-type", &content_type)];
        server.request(method, path, &headers, body)
    };
    let whole = format!("{HEADER}\n{}", client(1, "62,83"));
    let (_, sent) = form(&[("archivo", Some("c.csv"), whole.as_bytes())]);
    let draft = led(&session("POST", "/carteras", &sent));
    until(|| !session("GET", &draft, b"").body.contains("id=\"lectura\""));
    let (_, asked) = form(&[("rank_by", None, b"probability")]);
    let job = led(&session("POST", &draft, &asked));
    until(|| session("GET", &job, b"").body.contains("id=\"cuadra\""));
    let list = job.replace("/carteras", "/v1/portfolios") + "/output";
    session("GET", &list, b"").expect_status(200);
    // Whoever has shown no key is asked for one.
    assert_eq!(led(&server.get("/carteras")), "/entrar?a=%2Fcarteras");
}

#[test]
fn a_list_of_a_thousand_jobs_is_made_at_once() {
    let registry = registry();
    let server = registry.serve(&[]);
    let job = led(&send(
        &server,
        "c.csv",
        format!("{HEADER}\n{}", client(1, "62,83")).as_bytes(),
    ));
    looked_at(&server, &job);
    let job = led(&post(&server, &job, &[("rank_by", None, b"probability")]));
    ended(&server, &job);
    drop(server);
    // As many as there are after months.
    let folder = registry.data().join("portfolios");
    let id = job.rsplit('/').next().unwrap();
    let record = std::fs::read_to_string(folder.join(id).join("job.json")).unwrap();
    for at in 0..1_000 {
        let other = format!("{at:024x}");
        std::fs::create_dir(folder.join(&other)).unwrap();
        let record = record.replace(id, &other);
        std::fs::write(folder.join(&other).join("job.json"), record).unwrap();
    }
    let server = registry.serve(&[]);
    let page = server.get("/carteras");
    assert_shows(&page, &["1–25 de 1.001", "/carteras?desde=25"]);
    assert_shows(
        &server.get("/carteras?desde=1000"),
        &["1.001–1.001 de 1.001"],
    );
    assert_shows(
        &server.get("/carteras?desde=99999999999999999999"),
        &["1–25"],
    );
    assert_shows(
        &server.get("/carteras?desde=5000"),
        &["Todavía no se ha puntuado"],
    );
    let started = Instant::now();
    for _ in 0..10 {
        server.get("/carteras");
    }
    // Without optimisation, on a machine that builds something beside.
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}
