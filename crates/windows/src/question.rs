//! A question to whoever sits at this machine, from a process that has no window there, as an installer's has none.

use std::ptr::null_mut;
use std::time::Duration;

use windows_sys::Win32::System::RemoteDesktop::{WTSGetActiveConsoleSessionId, WTSSendMessageW};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    IDYES, MB_DEFBUTTON2, MB_ICONQUESTION, MB_YESNO,
};

/// Asks something that is answered by yes or no, and waits so long. Whatever is no yes is a no: nobody there, no answer in that
/// time, no way to ask.
#[must_use]
pub fn is_yes(title: &str, text: &str, patience: Duration) -> bool {
    let (title, text) = (wide(title), wide(text));
    let seconds = u32::try_from(patience.as_secs()).unwrap_or(u32::MAX);
    let mut answer = 0;
    // SAFETY: it takes nothing and changes nothing.
    #[expect(unsafe_code, reason = "Windows's own call")]
    let session = unsafe { WTSGetActiveConsoleSessionId() };
    // SAFETY: no handle is this machine; the texts live to the end of this function, with their lengths in bytes as is asked for; the
    // answer is a number that lives as long.
    #[expect(unsafe_code, reason = "Windows's own call")]
    let asked = unsafe {
        WTSSendMessageW(
            null_mut(),
            session,
            title.as_ptr(),
            bytes(&title),
            text.as_ptr(),
            bytes(&text),
            MB_YESNO | MB_ICONQUESTION | MB_DEFBUTTON2,
            seconds,
            &raw mut answer,
            1,
        )
    };
    asked != 0 && answer == IDYES
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// The length in bytes, without the zero at its end.
fn bytes(text: &[u16]) -> u32 {
    u32::try_from((text.len() - 1) * 2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_bytes() {
        assert_eq!(bytes(&wide("año")), 6);
        assert_eq!(bytes(&wide("")), 0);
    }
}
