//! wirecopy
pub mod document;
pub mod error;
pub mod hash;
pub mod normalise;
pub mod shingle;
/// stub
pub mod sketch {
    /// v
    pub const SIGNATURE_VERSION: u8 = 1;
}
pub mod align;
pub mod segment;
