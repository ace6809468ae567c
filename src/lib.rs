//! Finds every news article that republishes the same text, shows line by line
//! what each copy added or dropped, and works out who copied whom.
//!
//! # A tour
//! Read the modules in this order; each uses only those before it.
//!
//! 1. [`document`], [`date`], [`config`], [`error`], [`hash`], [`cpu`]: what every stage shares.
//! 2. [`ingest`] reads files and streams into [`Document`](document::Document)s.
//!    Nothing after it knows a file format.
//! 3. [`normalise`] turns a text into canonical words that know their bytes;
//!    [`shingle`] into hashed runs of words; [`scan`] does both at once, ten
//!    times as fast, where hashes are enough; [`sketch`] makes a MinHash signature.
//!    [`segment`] cuts a text into sentences and lines and tells what each is for.
//! 4. [`candidates`] proposes pairs; [`verify`] computes each exactly; [`group`]
//!    joins what reaches a bar. Sketches only propose: no group edge exists
//!    without a verified pair.
//! 5. [`align`] sets two texts side by side, whatever their wrapping.
//! 6. [`lineage`] says who copied whom, lists its evidence, and says *unresolved*
//!    where there is none.
//! 7. [`eval`] measures a result against what is known, in numbers alone.
//! 8. [`pipeline`] knows the order of all this; its result is a
//!    [`Trace`](trace::Trace), which [`write`](mod@write) turns into files and
//!    [`cli`] into a command. [`index`] keeps documents over time on disk.
//!
//! # Example
//! ```
//! use wirecopy::config::Settings;
//! use wirecopy::document::Document;
//! use wirecopy::ingest::Intake;
//! use wirecopy::pipeline::{self, Silent};
//!
//! let story = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
//!     cracks in two of its piers, the county said. Buses will go round by Orme.";
//! let document = |key: &str, text: String| Document { key: key.into(), text: text.into(), ..Document::default() };
//! let intake = Intake {
//!     documents: vec![
//!         document("mail/7", format!("Bridge shut\n{story}\nPost a comment")),
//!         document("wire/1", story.into()),
//!     ],
//!     ..Intake::default()
//! };
//! let trace = pipeline::trace(intake, &Settings::default(), &Silent)?;
//! assert_eq!(trace.groups.len(), 1);
//! assert_eq!(trace.changes.len(), 2); // a headline and a comment prompt
//! assert_eq!(trace.lineage[0].exemplar, None); // no dates: no direction is claimed
//! # Ok::<(), wirecopy::error::Error>(())
//! ```

/// The examples of the documents run as they stand.
#[cfg(doctest)]
#[doc = include_str!("../docs/index.md")]
mod documents {}

pub mod align;
pub mod candidates;
pub mod cli;
mod codes;
pub mod collate;
pub mod config;
pub mod cpu;
pub mod date;
pub mod document;
pub mod error;
pub mod eval;
mod formulas;
pub mod group;
pub mod hash;
pub mod index;
pub mod ingest;
pub mod lineage;
pub mod normalise;
mod packed;
pub mod pipeline;
pub mod scan;
pub mod segment;
pub mod shingle;
pub mod sketch;
pub mod spill;
pub mod trace;
pub mod verify;
pub mod write;
