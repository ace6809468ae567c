//! wirecopy
pub mod document;
pub mod error;
