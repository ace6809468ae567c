//! Members of archives: their names, for display only, since nothing is ever unpacked to disk.

use std::collections::hash_map::Entry;

use ahash::AHashMap;

use super::gather::File;
use super::reason::{Reason, Refusal};
use crate::hash::hash64;

/// No path of any system is longer, and every document keeps its own.
const LONGEST_NAME: usize = 4096;

/// The members of one archive so far.
#[derive(Default)]
pub(super) struct Members {
    /// How often a name came, by its hash: names may be long and a million.
    seen: AHashMap<u64, u32>,
    count: u64,
}

/// What a name says of its member.
pub(super) enum Named {
    /// To be read under this name.
    Visible(String),
    /// Counted as hidden, as in folders.
    Hidden,
    /// Rejected already.
    Bad,
}

impl Members {
    /// Counts one more member.
    ///
    /// # Errors
    /// More members than the limit: the rest of the archive is not looked at.
    pub fn count(&mut self, file: &File<'_, '_>) -> Result<(), Refusal> {
        let limit = file.options.limits.archive_members;
        if self.count >= limit {
            return Err(Refusal::new(
                Reason::TooMany,
                format!("the archive has more than {limit} members; the rest was not read"),
            )
            .beyond("archive_members"));
        }
        self.count += 1;
        Ok(())
    }

    /// The name under which a member is read, a place of its own in the archive.
    pub fn name(&mut self, raw: &[u8], file: &mut File<'_, '_>) -> Named {
        let short = raw.get(..LONGEST_NAME).unwrap_or(raw);
        let Ok(name) = std::str::from_utf8(raw) else {
            let name = self.own(shown(&String::from_utf8_lossy(short)));
            let message = "the name of the member is not valid UTF-8; pack it again";
            reject(file, &name, Refusal::new(Reason::BadName, message));
            return Named::Bad;
        };
        if raw.len() > LONGEST_NAME {
            let name = self.own(shown(&String::from_utf8_lossy(short)));
            let message = format!("the name of the member is longer than {LONGEST_NAME} bytes");
            reject(file, &name, Refusal::new(Reason::BadName, message));
            return Named::Bad;
        }
        let name = shown(name);
        if is_hidden(&name) {
            file.out.counts.hidden += 1;
            return Named::Hidden;
        }
        Named::Visible(self.own(name))
    }

    /// The name, with a number behind it where another member has it.
    fn own(&mut self, name: String) -> String {
        match self.seen.entry(hash64(name.as_bytes())) {
            Entry::Vacant(slot) => {
                slot.insert(1);
                name
            }
            Entry::Occupied(mut slot) => {
                *slot.get_mut() += 1;
                format!("{name}~{}", slot.get())
            }
        }
    }
}

/// Rejects a member as a whole.
pub(super) fn reject(file: &mut File<'_, '_>, name: &str, refusal: Refusal) {
    let path = format!("{}/{name}", file.path);
    file.out.refuse_path(&path, refusal);
}

/// The parts of a name that name something: no root, no `..`, no control characters.
fn shown(name: &str) -> String {
    let parts = name.split(['/', '\\']);
    let parts: Vec<&str> = parts
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .collect();
    let name = parts.join("/");
    if name.is_empty() {
        return "(no name)".to_owned();
    }
    name.replace(char::is_control, "\u{fffd}")
}

fn is_hidden(name: &str) -> bool {
    name.split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_shown() {
        assert_eq!(shown("a/b.txt"), "a/b.txt");
        assert_eq!(shown("../../etc/passwd"), "etc/passwd");
        assert_eq!(shown("/a//./b\\c"), "a/b/c");
        assert_eq!(shown("a\u{1b}[31m\n"), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(shown("../"), "(no name)");
        assert!(is_hidden("a/.git/b") && is_hidden("__MACOSX/a") && !is_hidden("a.b/c"));
    }
}
