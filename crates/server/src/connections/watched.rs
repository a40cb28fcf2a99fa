//! A stream of bytes that tells its connection what comes and goes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::slot::Slot;

/// A stream, watched.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    slot: Arc<Slot>,
    /// Whether what comes is always part of a request. HTTP/2 has frames of its own, which a silent client sends too.
    only_requests: bool,
}

impl<S> Watched<S> {
    /// Watches a stream of HTTP/1.
    pub(crate) fn http_1(stream: S, slot: Arc<Slot>) -> Self {
        Self {
            stream,
            slot,
            only_requests: true,
        }
    }

    /// Watches a stream of HTTP/2.
    pub(crate) fn http_2(stream: S, slot: Arc<Slot>) -> Self {
        Self {
            only_requests: false,
            ..Self::http_1(stream, slot)
        }
    }

    fn after_write<T>(&self, written: &Poll<io::Result<T>>) {
        match written {
            Poll::Pending => self.slot.waits_to_write(),
            Poll::Ready(Ok(_)) => self.slot.wrote(),
            Poll::Ready(Err(_)) => {}
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.only_requests && buffer.filled().len() > before {
            self.slot.read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.after_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        // What TLS has encrypted already, and cannot send, is unread too.
        self.after_write(&flushed);
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
