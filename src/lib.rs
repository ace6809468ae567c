//! wirecopy
pub mod align;
pub mod candidates;
pub mod config;
pub mod document;
pub mod error;
pub mod group;
pub mod hash;
pub mod ingest;
pub mod lineage;
pub mod normalise;
pub mod pipeline;
pub mod segment;
pub mod shingle;
pub mod sketch;
pub mod trace;
pub mod verify;
pub mod write;
