#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| wirecopy_fuzz::normalised(text));
