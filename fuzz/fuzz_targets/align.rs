#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| wirecopy_fuzz::aligned(texts.0, texts.1));
