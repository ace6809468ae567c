//! wirecopy
pub mod document;
pub mod error;
pub mod ingest;
