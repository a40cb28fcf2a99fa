//! `propenso score`: the list as a dialler takes it. Its order, who is in it, its files and its columns.

use serde_json::Value;
use tempfile::TempDir;

use crate::score::{column, example, score, scored};

/// Whoever loads the list from the top down calls the right ones first.
#[test]
fn the_list_is_in_the_days_order() {
    let folder = TempDir::new().unwrap();
    let as_it_lay = folder.path().join("archivo.csv");
    let control = ["--control-share", "5%", "--seed-key", "noviembre"];
    let of_file = ["--order", "file", "--threads", "1"];
    scored(&example(), &as_it_lay, &[&control[..], &of_file].concat());
    let before = std::fs::read_to_string(&as_it_lay).unwrap();
    let ranks = column(&as_it_lay, "rango");
    let mut expected: Vec<(usize, &str)> = ranks
        .iter()
        .map(|rank| rank.parse().unwrap_or(usize::MAX))
        .zip(before.lines().skip(1))
        .collect();
    // Stable: those put aside, without a place, stay as they lay.
    expected.sort_by_key(|(rank, _)| *rank);
    assert!(ranks.iter().any(String::is_empty));
    let output = folder.path().join("salida.csv");
    for threads in ["1", "3"] {
        scored(
            &example(),
            &output,
            &[&control[..], &["--threads", threads]].concat(),
        );
        let after = std::fs::read_to_string(&output).unwrap();
        let (header, list) = after.split_once('\n').unwrap();
        assert_eq!(header, before.lines().next().unwrap());
        let expected = expected.iter().map(|(_, line)| *line);
        assert!(list.lines().eq(expected), "{threads} threads");
    }
    // The same in tables.
    for form in ["xlsx", "parquet"] {
        let table = folder.path().join(format!("lista.{form}"));
        scored(&example(), &table, &control);
        let output = folder.path().join("otra.csv");
        scored(&table, &output, &["--order", "file"]);
        let ranks = column(&output, "rango");
        let with_place = ranks.iter().take_while(|rank| !rank.is_empty()).count();
        assert!(
            ranks[..with_place].iter().eq((1..=with_place)
                .map(|rank| rank.to_string())
                .collect::<Vec<_>>()
                .iter())
        );
        assert!(ranks[with_place..].iter().all(String::is_empty), "{form}");
    }
}

/// Only those who fit are in the list; everything else is counted as without it.
#[test]
fn only_those_who_fit() {
    let folder = TempDir::new().unwrap();
    let all = folder.path().join("todos.csv");
    let some = folder.path().join("caben.csv");
    let capacity = "--capacity 1.000 --control-share 5% --seed-key x --report json";
    let capacity: Vec<&str> = capacity.split(' ').collect();
    let report = |output: &std::path::Path, more: &[&str]| -> Value {
        let run = score(&example(), output, &[&capacity[..], more].concat());
        assert_eq!(
            run.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        let mut report: Value = serde_json::from_slice(&run.stdout).unwrap();
        report["summary"]["at"].take();
        report["summary"].take()
    };
    let mut of_all = report(&all, &[]);
    let all = std::fs::read_to_string(&all).unwrap();
    for order in ["rank", "file"] {
        let mut of_some = report(&some, &["--only-fits", "--order", order]);
        let left_out = of_some["left_out"].take();
        let control = of_all["control"]["rows"].as_u64().unwrap();
        let repeated = of_all["repeated"].as_u64().unwrap();
        assert_eq!(
            left_out["rows"].as_u64().unwrap(),
            7_339 - control - repeated - 1_000
        );
        of_all["left_out"].take();
        assert_eq!(of_some, of_all);
        let some = std::fs::read_to_string(&some).unwrap();
        assert_eq!(some.lines().count(), 1_001);
        match order {
            "rank" => assert!(all.starts_with(&some)),
            _ => assert!(some.lines().all(|line| all.contains(line))),
        }
    }
    let alone = score(&example(), &some, &["--only-fits"]);
    assert!(String::from_utf8_lossy(&alone.stderr).contains("--capacity"));
}

/// Reasons take their time, and are found for those who fit alone; theirs are what they would be anyway.
#[test]
fn reasons_of_those_who_fit() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("cartera.csv");
    let text = std::fs::read_to_string(example()).unwrap();
    let lines: Vec<&str> = text.lines().take(301).collect();
    std::fs::write(&input, lines.join("\n")).unwrap();
    let (all, some) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
    let more = "--capacity 20 --explain 2 --rank-by expected";
    let more: Vec<&str> = more.split(' ').collect();
    scored(&input, &all, &more);
    let all = std::fs::read_to_string(all).unwrap();
    let fit: Vec<&str> = all.lines().take(21).collect();
    for threads in ["1", "2"] {
        let only = ["--only-fits", "--threads", threads];
        scored(&input, &some, &[&more[..], &only].concat());
        let some = std::fs::read_to_string(&some).unwrap();
        assert!(some.lines().eq(fit.iter().copied()));
    }
    assert!(fit[20].contains(" puntos"));
}

/// What the summary says of a tenth is said by what the list is ordered by.
#[test]
fn tenths_by_what_they_are_ordered_by() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("lista.csv");
    let page = folder.path().join("resumen.html");
    let more = [
        "--rank-by",
        "expected",
        "--report",
        "json",
        "--resumen",
        page.to_str().unwrap(),
    ];
    let run = score(&example(), &output, &more);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let deciles = report["summary"]["deciles"].as_array().unwrap();
    let amount = |decile: &Value, at: usize| decile["amounts"][at].as_f64().unwrap();
    for pair in deciles.windows(2) {
        assert!(amount(&pair[0], 0) >= amount(&pair[1], 1), "{pair:?}");
    }
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Pagadores previstos") && page.contains("Importe, de … a …"));
    let at = report["summary"]["at"].as_str().unwrap();
    let year = &at[..4];
    assert!(
        !page.contains(at) && page.contains(&format!("/{year} ")),
        "{at}"
    );
    // By probability there are no amounts.
    let run = score(&example(), &output, &["--report", "json"]);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(report["summary"]["deciles"][0]["amounts"].is_null());
}

/// Nobody is in two files, nobody in none, and what a longer list left is gone.
#[test]
fn cut_into_files() {
    for name in [
        "lista.csv",
        "lista.csv.gz",
        "lista.jsonl",
        "lista.parquet",
        "lista.xlsx",
    ] {
        let folder = TempDir::new().unwrap();
        let output = folder.path().join(name);
        let path = |name: &str| folder.path().join(name);
        let (stem, end) = name.split_once('.').unwrap();
        let part = |number: usize| path(&format!("{stem}-{number:03}.{end}"));
        for number in [3, 4, 5, 7] {
            std::fs::write(part(number), "de ayer").unwrap();
        }
        let run = score(
            &example(),
            &output,
            &["--split", "2.500", "--one-per-client=no"],
        );
        let report = String::from_utf8(run.stdout).unwrap();
        assert_eq!(
            run.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        for number in 1..=3 {
            let listed = format!("Lista {number}: {}", part(number).display());
            assert!(report.contains(&listed), "{report}");
        }
        assert!(!output.exists() && !part(4).exists() && !part(5).exists());
        // There is a gap before it: no run left it.
        assert!(part(7).exists());
        if name != "lista.csv" && name != "lista.xlsx" {
            continue;
        }
        let mut next = 1;
        for number in 1..=3 {
            let mut file = part(number);
            if end == "xlsx" {
                let text = path("texto.csv");
                scored(&file, &text, &["--order", "file"]);
                file = text;
            }
            let ranks = column(&file, "rango");
            assert_eq!(ranks.len(), if number == 3 { 2_339 } else { 2_500 });
            for rank in ranks {
                assert_eq!(rank, next.to_string());
                next += 1;
            }
        }
    }
}

#[test]
fn a_cut_list_replaces_nothing_of_its_run() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("cartera-001.csv");
    std::fs::copy(example(), &input).unwrap();
    let output = folder.path().join("cartera.csv");
    let before = std::fs::read(&input).unwrap();
    for (more, problem) in [
        (&["--split", "5000"][..], "another file of this run"),
        (&["--split", "0"], "1 or more"),
        (&["--split", "500", "--order", "file"], "--order file"),
    ] {
        let run = score(&input, &output, more);
        let error = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && error.contains(problem), "{error}");
        assert_eq!(std::fs::read(&input).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    let run = score(&example(), std::path::Path::new("-"), &["--split", "500"]);
    assert!(String::from_utf8_lossy(&run.stderr).contains("--output FILE"));
    let many = folder.path().join("muchos.csv");
    let text = std::fs::read_to_string(example()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    std::fs::write(&many, format!("{header}\n{}", rows.repeat(2))).unwrap();
    let run = score(&many, &output, &["--split", "1"]);
    assert!(String::from_utf8_lossy(&run.stderr).contains("10000"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

/// Some diallers call the greatest number first.
#[test]
fn the_greatest_rank_is_called_first_where_that_is_asked() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("lista.csv");
    let control = [
        "--control-share",
        "5%",
        "--seed-key",
        "x",
        "--capacity",
        "9",
    ];
    scored(&example(), &output, &control);
    let (decile, probability) = (column(&output, "decil"), column(&output, "prob_pago"));
    let last = [&control[..], &["--rank-direction", "last"]].concat();
    scored(&example(), &output, &last);
    let ranks = column(&output, "rango");
    let placed = ranks.iter().take_while(|rank| !rank.is_empty()).count();
    for (row, rank) in ranks.iter().take(placed).enumerate() {
        assert_eq!(*rank, (placed - row).to_string());
    }
    // The order itself is the same.
    assert_eq!(column(&output, "decil"), decile);
    assert_eq!(column(&output, "prob_pago"), probability);
    assert_eq!(column(&output, "cabe")[8..10], ["SI", "NO"]);
}

#[test]
fn the_new_columns_before_the_others() {
    let folder = TempDir::new().unwrap();
    let behind = folder.path().join("detras.csv");
    let before = folder.path().join("delante.csv");
    scored(&example(), &behind, &[]);
    scored(&example(), &before, &["--columns-first"]);
    let header = |path| -> Vec<String> {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        text.lines()
            .next()
            .unwrap()
            .split(';')
            .map(str::to_owned)
            .collect()
    };
    let (first, last) = (header(&before), header(&behind));
    assert_eq!((&*first[0], &*last[0]), ("prob_pago", "CUST_CODE"));
    assert_eq!(first.len(), last.len());
    for name in &last {
        assert_eq!(column(&before, name), column(&behind, name), "{name}");
    }
    // In workbooks that is so unless it is not wanted; in Parquet files and JSON where it is.
    let text = folder.path().join("texto.csv");
    for (form, more, name) in [
        ("xlsx", &[][..], "prob_pago"),
        ("xlsx", &["--columns-first=no"], "CUST_CODE"),
        ("parquet", &[], "CUST_CODE"),
        ("parquet", &["--columns-first=yes"], "prob_pago"),
    ] {
        let table = folder.path().join(format!("lista.{form}"));
        scored(&example(), &table, more);
        scored(&table, &text, &["--order", "file"]);
        assert_eq!(header(&text)[0], name, "{form} {more:?}");
        assert_eq!(column(&text, "CUST_CODE"), column(&behind, "CUST_CODE"));
    }
    let lines = folder.path().join("lista.jsonl");
    scored(&example(), &lines, &["--columns-first"]);
    let lines = std::fs::read_to_string(lines).unwrap();
    assert!(lines.starts_with("{\"prob_pago\":") && lines.contains("\"CUST_CODE\":"));
}

/// Nobody is to open a list with a program that cannot read it, or to call from an empty one.
#[test]
fn what_would_hurt_is_refused_and_the_list_of_before_stays() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = std::fs::read_to_string(example()).unwrap();
    let header = text.lines().next().unwrap();
    std::fs::write(path("vacia.csv"), format!("{header}\n\n")).unwrap();
    for (input, name, more, code, told) in [
        (example(), "lista.xls", &[][..], 1, ".xlsx"),
        (example(), "lista.json", &[], 1, ".jsonl"),
        (
            example(),
            "lista.xlsx",
            &["--output-format", "csv"],
            1,
            "--output-format csv",
        ),
        (path("vacia.csv"), "lista.csv", &[], 2, "not one client"),
        (path("vacia.csv"), "lista.xlsx", &[], 2, "not one client"),
        (example(), "lista.csv", &["--capacity", "2.4"], 64, "2.400"),
        (
            example(),
            "lista.csv",
            &["--rank-by", "esperada"],
            64,
            "expected",
        ),
    ] {
        std::fs::write(path(name), "de ayer").unwrap();
        let run = score(&input, &path(name), more);
        let error = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{error}");
        assert!(error.contains(told), "{error}");
        assert_eq!(std::fs::read_to_string(path(name)).unwrap(), "de ayer");
        std::fs::remove_file(path(name)).unwrap();
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Colleagues who could read yesterday's list can read today's, and nobody else.
#[cfg(unix)]
#[test]
fn a_list_has_the_mode_of_the_one_it_replaces() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mode = |name: &str| std::fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    // What the umask leaves.
    std::fs::write(path("nuevo"), "").unwrap();
    let page = path("resumen.html");
    let list = path("suprimidos.csv");
    std::fs::write(&list, "CUST_CODE\n1.759658\n").unwrap();
    let more = [
        "--resumen",
        page.to_str().unwrap(),
        "--suppress",
        list.to_str().unwrap(),
    ];
    for name in ["lista.csv", "lista.xlsx", "lista.parquet", "lista.csv.gz"] {
        scored(&example(), &path(name), &more);
        for written in [name, "resumen.html", &format!("{name}.suprimidos.csv")] {
            assert_eq!(mode(written), mode("nuevo"), "{written}");
        }
        for before in [0o600, 0o664, 0o640] {
            std::fs::set_permissions(path(name), PermissionsExt::from_mode(before)).unwrap();
            scored(&example(), &path(name), &more);
            assert_eq!(mode(name), before, "{name}");
        }
    }
}
