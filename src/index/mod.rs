//! Documents over time: what a live feed has brought, on disk.

pub mod store;
