#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|cells: Vec<(&str, &str)>| wirecopy_fuzz::written_as_csv(&cells));
