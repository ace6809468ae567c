//! A file that is followed by itself, under whatever names it is moved on to.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use super::arrivals::Source;
use super::reading::Sample;
use super::rotation::{Part, Rotation, identity};

/// A file that is written to: read up to its end, and then the one that took its place from its beginning, with all
/// that were in that place in between.
pub(super) struct Growing {
    rotation: Rotation,
    part: Part,
    identity: Option<(u64, u64)>,
    /// What was read of it.
    sample: Sample,
    /// True where its last line was ended, which it is not.
    is_ended: bool,
    /// True until the first bytes of a file that took the place of another one were taken.
    anew: bool,
    told: Vec<String>,
}

impl Growing {
    pub fn new(rotation: Rotation, part: Part, sample: Sample) -> Self {
        Growing {
            identity: part.identity(),
            rotation,
            part,
            sample,
            is_ended: false,
            anew: false,
            told: Vec::new(),
        }
    }

    /// What follows in the file; `None` where it is not the one any more of which a part was read.
    fn more(&mut self, out: &mut [u8]) -> io::Result<Option<usize>> {
        let count = match self.part.read(out) {
            Err(cause) if self.part.is_packed() && cause.kind() != ErrorKind::Interrupted => {
                let path = self.rotation.path.display();
                let told = format!("{path}: the rest of a file that was there is lost: {cause}");
                self.told.push(told);
                self.part.give_up()?;
                0
            }
            done => done?,
        };
        // Asked after the bytes were read: they are of what is asked about, or of what was there before it.
        if count > 0 && !self.part.is_packed() {
            let is_same = self.sample.is_in(&self.part.file);
            let behind = if is_same { count as u64 } else { 0 };
            let at = SeekFrom::Start(self.sample.bytes + behind);
            self.part.file.seek(at)?;
            if !is_same {
                return Ok(None);
            }
        }
        self.sample.pass(out.get(..count).unwrap_or_default());
        Ok(Some(count))
    }

    /// Goes on in another file, from a byte of it on.
    fn go(&mut self, part: Part) {
        (self.identity, self.part) = (part.identity(), part);
        self.is_ended = false;
    }

    /// Goes to the file after this one, which is at its end or has lost what was read. False where nothing is to be
    /// had for now.
    fn next(&mut self, is_changed: bool) -> io::Result<bool> {
        let (next, told) = if is_changed {
            // Copied, and emptied: the rest is in the copy.
            let mark = self.sample.mark();
            let copy = self.rotation.holder(&mark).filter(|_| mark.bytes > 0);
            if let Some(copy) = copy {
                self.go(Part::open(&copy, mark.bytes)?);
                return Ok(true);
            }
            let told = format!(
                "{}: emptied or written anew, and no copy of what was read is beside it: what came since the last look, behind byte {}, is missed",
                self.rotation.path.display(),
                mark.bytes
            );
            (None, Some(told))
        } else {
            self.rotation.after(&self.part, &self.sample)
        };
        let part = match Part::open(next.as_ref().unwrap_or(&self.rotation.path), 0) {
            // Between a name that is taken away and one that is given.
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(false),
            part => part?,
        };
        // All may have been moved on while it was looked for.
        if !is_changed && self.rotation.after(&self.part, &self.sample).0 != next {
            return Ok(true);
        }
        self.told.extend(told);
        self.go(part);
        self.sample = Sample::default();
        self.anew = true;
        Ok(true)
    }
}

impl Read for Growing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut found = self.more(out)?;
            // Gone for a moment: between a name that is taken away and one that is given.
            let about = || fs::metadata(&self.rotation.path).ok();
            let Some(about) = about().filter(|_| found.is_none_or(|count| count == 0)) else {
                return Ok(found.unwrap_or(0));
            };
            let is_other = identity(&about) != self.identity;
            if found == Some(0) && is_other {
                // What came between the two looks.
                found = self.more(out)?;
            }
            let is_changed = !is_other && (found.is_none() || about.len() < self.sample.bytes);
            match found {
                Some(0) if !is_other && !is_changed => return Ok(0),
                Some(0) | None => {}
                Some(count) => return Ok(count),
            }
            // Written anew with all that it had.
            if is_other && self.sample.bytes > 0 {
                let file = File::open(&self.rotation.path)?;
                if self.sample.is_in(&file) {
                    let part = Part::open(&self.rotation.path, self.sample.bytes)?;
                    self.go(part);
                    continue;
                }
            }
            // A line that nobody will end any more, unless a copy has the rest.
            let is_cut = self.sample.last().is_some_and(|last| last != b'\n');
            let has_rest = || self.rotation.holder(&self.sample.mark()).is_some();
            if is_cut
                && !(self.is_ended || is_changed && has_rest())
                && let Some(first) = out.first_mut()
            {
                *first = b'\n';
                self.is_ended = true;
                return Ok(1);
            }
            if !self.next(is_changed)? {
                return Ok(0);
            }
        }
    }
}

impl Source for Growing {
    fn is_anew(&mut self) -> bool {
        std::mem::take(&mut self.anew)
    }

    fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }
}
