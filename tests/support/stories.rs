//! Records of invented stories, and the program as it is run on them.

use std::path::Path;

use serde_json::json;

use super::wirecopy;

/// Sentence `at` of a story, in words that no other has.
pub fn sentence(story: usize, at: usize) -> String {
    let words: Vec<String> = (0..14)
        .map(|word| format!("w{story}x{at}x{word}"))
        .collect();
    format!("The {}.", words.join(" "))
}

/// A record of a story without some of its ten sentences, published on a day of May 2031.
pub fn record(id: &str, source: &str, story: usize, cut: &[usize], day: u8) -> String {
    let lines: Vec<String> = (0..10)
        .filter(|at| !cut.contains(at))
        .map(|at| sentence(story, at))
        .collect();
    json!({ "id": id, "source": source, "text": lines.join("\n"), "published": format!("2031-05-{day:02}T08:00:00Z") })
        .to_string()
}

/// Standard output and error, and the exit code.
pub fn run(folder: &Path, arguments: &[&str], input: &str) -> (String, String, i32) {
    let done = wirecopy()
        .current_dir(folder)
        .args(arguments)
        .write_stdin(input)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        text(done.stdout),
        text(done.stderr),
        done.status.code().unwrap(),
    )
}
