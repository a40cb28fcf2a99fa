//! The reader against real files, through its public face.

mod smoke;
