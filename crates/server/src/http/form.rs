//! Forms (`multipart/form-data`), read part by part.
//!
//! The library that takes them apart reads on as long as there is something to read, and looks for the end of a part's
//! head however far it is. Here it gets what it needs, a piece at a time, and a head has an end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use hyper::body::Frame;

use super::body;

/// Characters of a name, of a field or a file.
pub(super) const LONGEST_NAME: usize = 255;

/// Bytes that may be read in search of a part's content.
const LONGEST_HEAD: usize = 64 << 10;

/// A form that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    /// Nothing more of it came for too long.
    #[error("nothing more of the form came for too long")]
    Stalled,
    /// It is none, or it breaks off.
    #[error("{0}")]
    Broken(String),
    /// What stands before a part's content has no end.
    #[error("what stands before the content of a field is longer than {LONGEST_HEAD} bytes")]
    LongHead,
    /// A name is too long.
    #[error("the name of a field or a file has more than {LONGEST_NAME} characters; shorten it")]
    LongName,
}

/// A form that is being read.
#[derive(Debug)]
pub(super) struct Form {
    parts: Multipart,
    pace: Arc<Pace>,
}

/// A field or a file of a form, whose content is read next.
#[derive(Debug)]
pub(super) struct Part<'f> {
    /// The field's name.
    pub(super) name: String,
    /// The file's name, if it is one.
    pub(super) file_name: Option<String>,
    field: Field<'f>,
    pace: Arc<Pace>,
}

/// What the reader needs, told to the body.
#[derive(Debug, Default)]
struct Pace {
    /// How often the reader is to look at what it has before it gets more.
    looks: AtomicUsize,
    /// Bytes read since something came of it.
    ahead: AtomicUsize,
}

/// A body that gives a piece at a time.
struct PacedBody {
    body: Body,
    pace: Arc<Pace>,
}

impl Form {
    /// Begins to read a request's form. How much is read in all is for whoever reads it to limit.
    pub(super) async fn open(mut request: Request) -> Result<Self, FormError> {
        DefaultBodyLimit::disable().apply(&mut request);
        let pace = Arc::new(Pace::default());
        let paced = Arc::clone(&pace);
        let request = request.map(|body| Body::new(PacedBody { body, pace: paced }));
        let parts = Multipart::from_request(request, &()).await;
        let parts = parts.map_err(|error| FormError::Broken(error.body_text()))?;
        Ok(Self { parts, pace })
    }

    /// The next part, if there is one.
    pub(super) async fn next(&mut self) -> Result<Option<Part<'_>>, FormError> {
        self.pace.begin();
        let field = self.parts.next_field().await;
        let Some(field) = field.map_err(|error| self.pace.error(&error))? else {
            return Ok(None);
        };
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let is_long = |name: &String| name.chars().nth(LONGEST_NAME).is_some();
        if is_long(&name) || file_name.as_ref().is_some_and(is_long) {
            return Err(FormError::LongName);
        }
        Ok(Some(Part {
            name,
            file_name,
            field,
            pace: Arc::clone(&self.pace),
        }))
    }
}

impl Part<'_> {
    /// The next piece of its content; none at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, FormError> {
        self.pace.begin();
        let chunk = self.field.chunk().await;
        chunk.map_err(|error| self.pace.error(&error))
    }

    /// Its whole content, copied only where it comes in several pieces.
    pub(super) async fn bytes(mut self) -> Result<Bytes, FormError> {
        let first = self.chunk().await?.unwrap_or_default();
        let Some(second) = self.chunk().await? else {
            return Ok(first);
        };
        let mut all = Vec::from(first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.into())
    }
}

impl Pace {
    /// Begins to look for the next thing, in what was read already.
    fn begin(&self) {
        self.looks.store(1, Ordering::Relaxed);
        self.ahead.store(0, Ordering::Relaxed);
    }

    /// Tells whether the reader has looked at all that it has.
    fn has_looked(&self) -> bool {
        let less = |looks: usize| looks.checked_sub(1);
        let left = self
            .looks
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        left.is_err()
    }

    /// Hears that the reader gets more. It may ask again at once, before it looks.
    fn feed(&self, bytes: usize) {
        self.ahead.fetch_add(bytes, Ordering::Relaxed);
        self.looks.store(2, Ordering::Relaxed);
    }

    fn is_too_far_ahead(&self) -> bool {
        self.ahead.load(Ordering::Relaxed) > LONGEST_HEAD
    }

    fn error(&self, error: &MultipartError) -> FormError {
        if self.is_too_far_ahead() {
            FormError::LongHead
        } else if body::is_stalled(error) {
            FormError::Stalled
        } else {
            FormError::Broken(error.body_text())
        }
    }
}

impl hyper::body::Body for PacedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, pace } = self.get_mut();
        if !pace.has_looked() {
            // Whoever asks looks at what it has first, and asks again when that did not do.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if pace.is_too_far_ahead() {
            return Poll::Ready(Some(Err(axum::Error::new(FormError::LongHead))));
        }
        let frame = ready!(Pin::new(body).poll_frame(context));
        if let Some(data) = frame
            .as_ref()
            .and_then(|frame| frame.as_ref().ok()?.data_ref())
        {
            pace.feed(data.len());
        }
        Poll::Ready(frame)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::CONTENT_TYPE;

    use super::*;

    /// A body that comes in pieces of one size, and tells how much of it was read.
    struct Pieces {
        left: Bytes,
        size: usize,
        read: Arc<AtomicUsize>,
    }

    impl hyper::body::Body for Pieces {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            let size = self.size.min(self.left.len());
            if size == 0 {
                return Poll::Ready(None);
            }
            let piece = self.left.split_to(size);
            self.read.fetch_add(size, Ordering::Relaxed);
            Poll::Ready(Some(Ok(Frame::data(piece))))
        }
    }

    fn part(head: &str, content: &str) -> String {
        format!("--x\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
    }

    fn request(body: String, size: usize) -> (Request, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let body = Body::new(Pieces {
            left: body.into(),
            size,
            read: Arc::clone(&read),
        });
        let request = Request::builder().header(CONTENT_TYPE, "multipart/form-data; boundary=x");
        (request.body(body).unwrap(), read)
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Runtime::new().unwrap().block_on(work)
    }

    #[test]
    fn parts_come_out_as_they_went_in_whatever_the_pieces() {
        let long = "á;1\r\n--y\r\n".repeat(20_000);
        let parts = [
            ("name=\"a\"", "1"),
            ("name=\"b\"; filename=\"año.csv\"", long.as_str()),
            ("name=\"c\"", ""),
        ];
        let body = parts.map(|(head, content)| part(head, content)).concat() + "--x--\r\n";
        for size in [1, 7, 1000, 70_000, usize::MAX] {
            run(async {
                let mut form = Form::open(request(body.clone(), size).0).await.unwrap();
                for (head, content) in parts {
                    let part = form.next().await.unwrap().unwrap();
                    assert!(head.contains(&format!("name=\"{}\"", part.name)));
                    assert_eq!(part.file_name.is_some(), head.contains("filename"));
                    assert_eq!(part.bytes().await.unwrap(), content, "{size}");
                }
                assert!(form.next().await.unwrap().is_none());
            });
        }
    }

    #[test]
    fn a_head_has_an_end_and_a_name_too() {
        let name = |letters: usize| format!("name=\"file\"; filename=\"{}\"", "ñ".repeat(letters));
        let first = |head: String, size: usize| {
            let (request, read) = request(part(&head, "1") + "--x--\r\n", size);
            let outcome = run(async {
                let mut form = Form::open(request).await?;
                let part = form.next().await?;
                Ok(part.and_then(|part| part.file_name))
            });
            (outcome, read.load(Ordering::Relaxed))
        };
        let (allowed, _) = first(name(255), 1000);
        assert_eq!(allowed.unwrap().unwrap(), "ñ".repeat(255));
        let (refused, _) = first(name(256), 1000);
        assert!(matches!(refused, Err(FormError::LongName)), "{refused:?}");
        let (refused, read) = first(name(50_000_000), 10_000);
        assert!(matches!(refused, Err(FormError::LongHead)), "{refused:?}");
        assert!(read < 200_000, "{read}");
    }

    #[test]
    fn no_more_is_read_than_is_needed() {
        let many = part("name=\"map\"", "x").repeat(100_000);
        let (request, read) = request(many, 100_000);
        run(async {
            let mut form = Form::open(request).await.unwrap();
            for _ in 0..1_000 {
                let part = form.next().await.unwrap().unwrap();
                assert_eq!(part.bytes().await.unwrap(), "x");
            }
        });
        assert!(read.load(Ordering::Relaxed) <= 100_000);
    }
}
