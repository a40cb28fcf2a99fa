#[test]
fn reads_all() {
    let Ok(root) = std::env::var("PROPENSO_CORPUS") else {
        return;
    };
    let mut n = 0;
    for dir in std::fs::read_dir(root).unwrap() {
        let dir = dir.unwrap().path();
        if !dir.is_dir() {
            continue;
        }
        for f in std::fs::read_dir(dir).unwrap() {
            let p = f.unwrap().path();
            let name = p.file_name().unwrap().to_string_lossy().to_string();
            if name.ends_with(".json") || !(name.contains(".pkl") || name.contains(".joblib")) {
                continue;
            }
            match propenso_pickle::read(std::fs::read(&p).unwrap(), &Default::default()) {
                Ok(d) => {
                    n += 1;
                    if d.has_trailing_bytes() {
                        println!("trailing {p:?}");
                    }
                }
                Err(e) => println!("{p:?}: {e}"),
            }
        }
    }
    println!("{n} read");
}
