#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|words: [&str; 5]| wirecopy_fuzz::outputs(words));
