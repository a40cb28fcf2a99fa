//! What a file is that is no model file: told by content, so that the refusal is about the reader's file.
//!
//! Nothing here decides what is read: [`crate::ModelFile`] asks when reading has failed. A kind is named by its
//! own signature; of what has none (tables, programs, notes) the first lines tell.
//!
//! - `text`: kinds that are text

mod text;

use std::borrow::Cow;
use std::fmt;

use propenso_pickle::{Container, Limits};

/// Bytes at the beginning that are looked at.
const HEAD: usize = 64 << 10;

/// What a file is that is no model file propenso reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// Nothing at all.
    Empty,
    /// Bytes that are all zero.
    Zeros,
    /// What stands for a file that is elsewhere: of Git LFS, of DVC, a shortcut.
    Pointer(&'static str),
    /// A page: a login, an error.
    WebPage,
    /// An archive, or a compression that model files do not come in.
    Archive(&'static str),
    /// A model file of this format inside a compression that it does not come in.
    Compressed(&'static str),
    /// Binary data written as text.
    Base64,
    /// Encrypted.
    Encrypted,
    /// What XGBoost or LightGBM write of their trees to be read by people.
    TreeDump(Booster),
    /// The parameters of an XGBoost model without its trees.
    Settings,
    /// XGBoost's binary form up to 2.0.
    OldXgboost,
    /// A neural network's layers without its weights, or the reverse.
    HalfNetwork(&'static str),
    /// A table of data.
    Table(&'static str),
    /// Numbers that numpy saved.
    Arrays(&'static str),
    /// A text or a picture for people.
    Document(&'static str),
    /// A program or notebook.
    Program(&'static str),
    /// A model of a library whose files are not read.
    OtherModel(&'static str),
    /// The description of a model that is in another file.
    Description(&'static str),
}

/// The library whose dump it is, with what saves the model itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booster {
    /// XGBoost.
    XGBoost,
    /// LightGBM.
    LightGbm,
}

impl FileKind {
    /// What some bytes are, if it is a kind that is known.
    #[must_use]
    pub fn of(bytes: &[u8], limits: &Limits) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::Empty);
        }
        if propenso_pickle::archive::is_zip(bytes) {
            return zipped(bytes);
        }
        let head = &bytes[..bytes.len().min(HEAD)];
        match Container::detect(bytes) {
            Container::Raw => Self::of_head(head),
            container => {
                let inner = container.head(bytes, HEAD as u64, limits);
                compressed(container, &inner)
            }
        }
    }

    /// What some bytes are by the signature of their kind.
    #[must_use]
    pub fn of_signature(bytes: &[u8]) -> Option<Self> {
        binary(&bytes[..bytes.len().min(HEAD)])
    }

    /// Whether nothing but this kind begins like it.
    #[must_use]
    pub fn is_certain(self) -> bool {
        !matches!(self, Self::Document(text::PLAIN | text::BLANK))
    }

    /// Tells the kind by the first bytes.
    fn of_head(head: &[u8]) -> Option<Self> {
        if head.iter().all(|byte| *byte == 0) {
            return Some(Self::Zeros);
        }
        binary(head).or_else(|| text::kind(head))
    }

    /// A stable short name, for tests and machine-readable reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::Zeros => "file-zeros",
            Self::Pointer(_) => "file-pointer",
            Self::WebPage => "file-web-page",
            Self::Archive(_) => "file-archive",
            Self::Compressed(_) => "file-compressed",
            Self::Base64 => "file-base64",
            Self::Encrypted => "file-encrypted",
            Self::TreeDump(_) => "file-tree-dump",
            Self::Settings => "file-settings",
            Self::OldXgboost => "file-old-xgboost",
            Self::HalfNetwork(_) => "file-half-network",
            Self::Table(_) => "file-table",
            Self::Arrays(_) => "file-arrays",
            Self::Document(_) => "file-document",
            Self::Program(_) => "file-program",
            Self::OtherModel(_) => "file-other-model",
            Self::Description(_) => "file-description",
        }
    }

    /// Its proper name where the kind has several: `CSV`, `7z`, `PyTorch`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Pointer(name)
            | Self::Archive(name)
            | Self::Compressed(name)
            | Self::HalfNetwork(name)
            | Self::Table(name)
            | Self::Arrays(name)
            | Self::Document(name)
            | Self::Program(name)
            | Self::OtherModel(name)
            | Self::Description(name) => Some(name),
            Self::TreeDump(Booster::XGBoost) | Self::Settings | Self::OldXgboost => Some("XGBoost"),
            Self::TreeDump(Booster::LightGbm) => Some("LightGBM"),
            _ => None,
        }
    }
}

/// What it is, and what to do: `a Git LFS pointer, not the model: run …`.
impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SEND: &str = "send what joblib.dump or the library's own save_model wrote";
        match self {
            Self::Empty => f.write_str(
                "empty (0 bytes): it was not written or not copied to its end; save or copy it again",
            ),
            Self::Zeros => f.write_str(
                "nothing but zero bytes: the copy or the download never arrived; copy it again and compare the sizes",
            ),
            Self::Pointer("Git LFS") => f.write_str(
                "a Git LFS pointer, not the model: run `git lfs pull` in the repository it is from and use the file \
                 that is there then",
            ),
            Self::Pointer("DVC") => f.write_str(
                "a DVC pointer, not the model: run `dvc pull` in the repository it is from and use the file that is \
                 there then",
            ),
            Self::Pointer(name) => write!(f, "a {name}, not the model: use the file that it leads to"),
            Self::WebPage => f.write_str(
                "a web page, not the model: the download gave a login or error page instead; sign in and download \
                 the file itself",
            ),
            Self::Archive(name) => {
                write!(f, "a {name} archive: unpack it and use the model file in it")
            }
            Self::Compressed(name) => write!(
                f,
                "a compressed {name} file, which is read as its library writes it only: decompress it and use that"
            ),
            Self::Base64 => f.write_str(
                "base64 text, as binary data is put into mails and JSON: decode it (`base64 -d`, Python's \
                 base64.b64decode) and use the file that comes out",
            ),
            Self::Encrypted => f.write_str(
                "encrypted: decrypt it where it was encrypted and use the file that comes out",
            ),
            Self::TreeDump(Booster::XGBoost) => f.write_str(
                "what XGBoost's dump_model writes for people to read: it lacks the objective and the base score; \
                 save the model with booster.save_model(\"modelo.json\")",
            ),
            Self::TreeDump(Booster::LightGbm) => f.write_str(
                "what LightGBM's dump_model gives for people to read; save the model with \
                 booster.save_model(\"modelo.txt\")",
            ),
            Self::Settings => f.write_str(
                "an XGBoost configuration (save_config), which has no trees; save the model with \
                 booster.save_model(\"modelo.json\")",
            ),
            Self::OldXgboost => f.write_str(
                "a model in XGBoost's old binary form; load it with the XGBoost that wrote it, 1.0 to 3.0, and save \
                 it with save_model(\"modelo.json\")",
            ),
            Self::HalfNetwork(name) => {
                write!(f, "{name} alone; save the whole network with model.save(\"modelo.keras\")")
            }
            Self::Table(name) => write!(f, "a table of data ({name}), not a model: {SEND}"),
            Self::Arrays(name) => {
                write!(f, "numbers saved by numpy ({name}), not a model: {SEND}")
            }
            Self::Document(name) => write!(f, "a document ({name}), not a model: {SEND}"),
            Self::Program(name) => write!(
                f,
                "a program ({name}), not a model: it is never run here; run it where the model is trained, and \
                 {SEND}"
            ),
            Self::OtherModel(name) => write!(
                f,
                "a model of {name}, whose files are not read; train with scikit-learn, XGBoost, LightGBM or Keras, \
                 or export it to ONNX if it is made of trees, linear models or dense layers"
            ),
            Self::Description(name) => {
                write!(f, "{name}; use the model file beside it, as model.pkl")
            }
        }
    }
}

/// Kinds that have a signature.
fn binary(head: &[u8]) -> Option<FileKind> {
    use FileKind::{
        Archive, Arrays, Description, Document, Encrypted, OtherModel, Pointer, Program, Table,
    };
    const SIGNATURES: &[(&[u8], FileKind)] = &[
        (b"7z\xbc\xaf\x27\x1c", Archive("7z")),
        (b"Rar!\x1a\x07", Archive("RAR")),
        (b"\x28\xb5\x2f\xfd", Archive("zstd")),
        (b"MSCF\0\0\0\0", Archive("cab")),
        (b"\x1f\x9d", Archive("compress (.Z)")),
        (b"binf", FileKind::OldXgboost),
        (b"bs64\t", FileKind::OldXgboost),
        (b"PAR1", Table("Parquet")),
        (b"ARROW1\0\0", Table("Arrow")),
        (b"FEA1", Table("Feather")),
        (b"ORC\x11", Table("ORC")),
        (b"Obj\x01", Table("Avro")),
        (b"SQLite format 3\0", Table("SQLite")),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            Table("Excel 97-2003, or another old Office file"),
        ),
        (b"<stata_dta>", Table("Stata")),
        (b"$FL2@(#)", Table("SPSS")),
        (b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60", Table("SAS")),
        (b"\x93NUMPY", Arrays(".npy")),
        (b"MATLAB 5.0", Arrays("MATLAB")),
        (b"%PDF-", Document("PDF")),
        (b"{\\rtf", Document("RTF")),
        (b"\x89PNG\r\n", Document("PNG picture")),
        (b"\xff\xd8\xff", Document("JPEG picture")),
        (b"GIF8", Document("GIF picture")),
        (b"MZ", Program("Windows program")),
        (b"\x7fELF", Program("Linux program")),
        (b"\xca\xfe\xba\xbe", Program("Java class or macOS program")),
        (
            b"\xac\xed\x00\x05",
            OtherModel("a Java library (Weka, H2O, Spark)"),
        ),
        (b"RDX2\n", OtherModel("R")),
        (b"RDX3\n", OtherModel("R")),
        (b"X\n\0\0\0", OtherModel("R")),
        // torch.save before 1.6 begins with a pickle of this number alone.
        (
            b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.",
            OtherModel("PyTorch"),
        ),
        (b"GGUF", OtherModel("llama.cpp (GGUF)")),
        (b"L\0\0\0\x01\x14\x02\0", Pointer("Windows shortcut")),
        (
            b"\0\x05\x16\x07",
            Description("what macOS keeps beside a file (._ file)"),
        ),
        (b"Salted__", Encrypted),
    ];
    let known = SIGNATURES
        .iter()
        .find(|(signature, _)| head.starts_with(signature));
    known.map(|(_, kind)| *kind).or_else(|| deeper(head))
}

/// Kinds whose signature is not at the beginning.
fn deeper(head: &[u8]) -> Option<FileKind> {
    let at = |start: usize, signature: &[u8]| {
        head.get(start..)
            .is_some_and(|rest| rest.starts_with(signature))
    };
    if at(257, b"ustar") {
        return Some(FileKind::Archive("tar"));
    }
    if at(4, b"TFL3") {
        return Some(FileKind::OtherModel("TensorFlow Lite"));
    }
    // XGBoost before 1.0 writes no signature, but its parameters, and the name of the booster with its length.
    let booster = b"\x06\0\0\0\0\0\0\0gbtree";
    let start = &head[..head.len().min(512)];
    if start.windows(booster.len()).any(|window| window == booster) {
        return Some(FileKind::OldXgboost);
    }
    // The length of a JSON header, then that header.
    if at(3, &[0; 5]) && at(8, b"{\"") {
        return Some(FileKind::OtherModel("safetensors"));
    }
    // `SavedModel`: version 1, then a graph, which begins with a message. In an ONNX file a name stands there.
    let graph = head.strip_prefix(b"\x08\x01\x12");
    let graph = graph.and_then(|rest| rest.get(rest.iter().position(|byte| *byte < 0x80)? + 1..));
    if graph.is_some_and(|graph| graph.starts_with(b"\x0a")) {
        return Some(FileKind::OtherModel("TensorFlow (SavedModel)"));
    }
    None
}

/// What is inside a compression. A pickle in there is none of these, whatever is wrong with it.
fn compressed(container: Container, inner: &[u8]) -> Option<FileKind> {
    if propenso_pickle::archive::is_zip(inner) {
        return Some(FileKind::Archive("compressed zip"));
    }
    if let Some(format) = crate::format::NativeFormat::of(inner) {
        return Some(FileKind::Compressed(format.name));
    }
    match FileKind::of_head(inner)? {
        FileKind::Archive("tar") => Some(match container {
            Container::Gzip => FileKind::Archive("tar.gz"),
            _ => FileKind::Archive("compressed tar"),
        }),
        // What bombs are made of, and cut files: the reader's own words are better.
        FileKind::Zeros | FileKind::Empty => None,
        kind => Some(kind),
    }
}

/// Formats that are zip archives by nature, told by the names in them.
fn zipped(bytes: &[u8]) -> Option<FileKind> {
    let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    let ends = |end: &str| names(&archive).any(|name| name.ends_with(end));
    if has("xl/workbook.xml") || has("xl/workbook.bin") {
        return Some(FileKind::Table("Excel"));
    }
    if has("word/document.xml") {
        return Some(FileKind::Document("Word"));
    }
    if has("ppt/presentation.xml") {
        return Some(FileKind::Document("PowerPoint"));
    }
    if has("mimetype") && has("content.xml") {
        return Some(FileKind::Table("OpenDocument"));
    }
    if ends("data.pkl") && (ends("/version") || ends("/byteorder") || has("version")) {
        return Some(FileKind::OtherModel("PyTorch"));
    }
    if ends("saved_model.pb") {
        return Some(FileKind::OtherModel("TensorFlow (SavedModel)"));
    }
    if has("model.ini") {
        return Some(FileKind::OtherModel("H2O (MOJO)"));
    }
    if has("META-INF/MANIFEST.MF") {
        return Some(FileKind::Program("Java archive"));
    }
    if ends(".dist-info/METADATA") {
        return Some(FileKind::Program("Python wheel"));
    }
    let mut names = names(&archive).peekable();
    (names.peek().is_some() && names.all(|name| name.ends_with(".npy")))
        .then_some(FileKind::Arrays(".npz"))
}

fn names<'a>(
    archive: &'a zip::ZipArchive<std::io::Cursor<&[u8]>>,
) -> impl Iterator<Item = Cow<'a, str>> {
    archive.file_names().map(Result::unwrap_or_default)
}

#[cfg(test)]
mod tests;
