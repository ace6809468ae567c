//! Files in memory that fail, are killed and lose their power.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use wirecopy::index::store::{Files, OpenFile};

use super::dice::Dice;

/// What goes wrong, and at which call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Call n fails; of a write, half is written; what a sync should have
    /// brought to the disk is taken for clean and lost with the power.
    Error(usize, io::ErrorKind),
    /// A write at call n takes half.
    Short(usize),
    /// At the nth call that writes the process ends; of a write, this share in 16ths is written.
    Kill(usize, usize),
}

enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

#[derive(Default)]
struct Inode {
    /// As every process sees it.
    bytes: Vec<u8>,
    /// As it is on the disk.
    durable: Vec<u8>,
    /// What may reach the disk, or not.
    pending: Vec<Change>,
}

enum Naming {
    Create(String, usize),
    Rename(String, String, usize),
    Remove(String, usize),
}

impl Naming {
    fn apply(self, names: &mut BTreeMap<String, usize>) {
        match self {
            Naming::Create(name, inode) => _ = names.insert(name, inode),
            Naming::Rename(from, to, inode) => {
                if names.get(&from) == Some(&inode) {
                    names.remove(&from);
                }
                names.insert(to, inode);
            }
            Naming::Remove(name, inode) => {
                if names.get(&name) == Some(&inode) {
                    names.remove(&name);
                }
            }
        }
    }
}

#[derive(Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    pending: Vec<Naming>,
    locked: BTreeSet<usize>,
    fault: Option<Fault>,
    calls: usize,
    writes: usize,
    dead: bool,
    hit: bool,
    lies: bool,
}

/// A disk with one folder.
#[derive(Clone, Default)]
pub struct World(Arc<Mutex<State>>);

struct Handle {
    world: World,
    inode: usize,
    locks: Mutex<bool>,
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate(length) => bytes.resize(*length as usize, 0),
        Change::Write(offset, new) => {
            let (from, to) = (*offset as usize, *offset as usize + new.len());
            bytes.resize(bytes.len().max(to), 0);
            bytes[from..to].copy_from_slice(new);
        }
    }
}

/// How far a call may go.
enum Leave {
    Go,
    /// So many 16ths of a write, then the error; none for a short write.
    Part(usize, Option<io::Error>),
}

impl State {
    fn enter(&mut self, writes: bool) -> io::Result<Leave> {
        if self.dead {
            return Err(io::Error::other("killed"));
        }
        self.calls += 1;
        self.writes += usize::from(writes);
        match self.fault {
            Some(Fault::Error(n, kind)) if n == self.calls => {
                self.hit = true;
                match writes {
                    true => Ok(Leave::Part(8, Some(kind.into()))),
                    false => Err(kind.into()),
                }
            }
            Some(Fault::Short(n)) if n == self.calls => {
                self.hit = true;
                Ok(Leave::Part(8, None))
            }
            Some(Fault::Kill(n, share)) if writes && n == self.writes => {
                (self.hit, self.dead) = (true, true);
                Ok(Leave::Part(share, Some(io::Error::other("killed"))))
            }
            _ => Ok(Leave::Go),
        }
    }

    /// A call that does all or nothing.
    fn whole(&mut self) -> io::Result<()> {
        match self.enter(true)? {
            Leave::Part(share, Some(cause)) if share < 16 => Err(cause),
            _ => Ok(()),
        }
    }

    /// The error of a process that was killed behind what it did.
    fn after(&self) -> io::Result<()> {
        match self.dead {
            true => Err(io::Error::other("killed")),
            false => Ok(()),
        }
    }

    fn named(&self, name: &str) -> io::Result<usize> {
        let inode = self.names.get(name).copied();
        inode.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// From now on this goes wrong; calls count from 1 again.
    pub fn plan(&self, fault: Fault) {
        let mut state = self.state();
        (state.calls, state.writes, state.hit) = (0, 0, false);
        state.fault = Some(fault);
    }

    /// From now on no sync of bytes does anything.
    pub fn lie(&self) {
        self.state().lies = true;
    }

    /// Whether what was planned came to pass.
    pub fn hit(&self) -> bool {
        self.state().hit
    }

    /// Another process begins: locks are gone, nothing goes wrong.
    pub fn restart(&self) {
        let mut state = self.state();
        state.dead = false;
        state.locked.clear();
        drop(state);
        self.plan(Fault::None);
    }

    /// Power fails: of what was not synced each write is there, torn or gone.
    pub fn lose_power(&self, dice: &mut Dice) {
        let mut state = self.state();
        let State {
            inodes,
            durable,
            pending,
            names,
            ..
        } = &mut *state;
        // Half of the time all or nothing goes, so that rare orders are met often.
        let bias = dice.roll(4);
        let chance = |dice: &mut Dice| match bias {
            0 => 0,
            1 => 3,
            _ => dice.roll(4),
        };
        for inode in inodes.iter_mut() {
            let mut bytes = std::mem::take(&mut inode.durable);
            for change in inode.pending.drain(..) {
                match (chance(dice), change) {
                    (0, _) => {}
                    (1, Change::Write(offset, mut new)) => {
                        new.truncate(dice.roll(new.len() + 1));
                        apply(&mut bytes, &Change::Write(offset, new));
                    }
                    (2, Change::Write(offset, mut new)) => {
                        let from = dice.roll(new.len() + 1);
                        new.drain(..from);
                        apply(&mut bytes, &Change::Write(offset + from as u64, new));
                    }
                    (_, change) => apply(&mut bytes, &change),
                }
            }
            (inode.durable, inode.bytes) = (bytes.clone(), bytes);
        }
        for naming in pending.drain(..) {
            if chance(dice) < 2 {
                continue;
            }
            naming.apply(durable);
        }
        *names = durable.clone();
        drop(state);
        self.restart();
    }

    /// The files with their bytes.
    pub fn snapshot(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let file =
            |(name, &inode): (&String, &usize)| (name.clone(), state.inodes[inode].bytes.clone());
        state.names.iter().map(file).collect()
    }

    /// A disk with these files, all of them safe.
    pub fn of(files: &BTreeMap<String, Vec<u8>>) -> World {
        let mut state = State::default();
        for (name, bytes) in files {
            state.names.insert(name.clone(), state.inodes.len());
            state.inodes.push(Inode {
                bytes: bytes.clone(),
                durable: bytes.clone(),
                pending: Vec::new(),
            });
        }
        state.durable = state.names.clone();
        World(Arc::new(Mutex::new(state)))
    }

    fn handle(&self, inode: usize) -> Arc<dyn OpenFile> {
        Arc::new(Handle {
            world: self.clone(),
            inode,
            locks: Mutex::new(false),
        })
    }
}

impl Files for World {
    fn place(&self) -> &Path {
        Path::new("index")
    }

    fn make_folder(&self) -> io::Result<()> {
        let mut state = self.state();
        state.whole()?;
        state.after()
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn OpenFile>> {
        let mut state = self.state();
        state.whole()?;
        let inode = match state.names.get(name).copied() {
            Some(inode) => {
                state.inodes[inode].bytes.clear();
                state.inodes[inode].pending.push(Change::Truncate(0));
                inode
            }
            None => {
                let inode = state.inodes.len();
                state.inodes.push(Inode::default());
                state.names.insert(name.to_string(), inode);
                state.pending.push(Naming::Create(name.to_string(), inode));
                inode
            }
        };
        state.after()?;
        drop(state);
        Ok(self.handle(inode))
    }

    fn open(&self, name: &str, _writable: bool) -> io::Result<Arc<dyn OpenFile>> {
        let mut state = self.state();
        state.enter(false)?;
        let inode = state.named(name)?;
        drop(state);
        Ok(self.handle(inode))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut state = self.state();
        state.enter(false)?;
        Ok(state.names.keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.whole()?;
        let inode = state.named(from)?;
        state.names.remove(from);
        state.names.insert(to.to_string(), inode);
        let naming = Naming::Rename(from.to_string(), to.to_string(), inode);
        state.pending.push(naming);
        state.after()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        state.whole()?;
        let inode = state.named(name)?;
        state.names.remove(name);
        state.pending.push(Naming::Remove(name.to_string(), inode));
        state.after()
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.state();
        match state.enter(true)? {
            Leave::Part(_, Some(cause)) if !state.dead => {
                state.pending.clear();
                return Err(cause);
            }
            Leave::Part(share, Some(cause)) if share < 16 => return Err(cause),
            _ => {}
        }
        let State {
            durable, pending, ..
        } = &mut *state;
        for naming in pending.drain(..) {
            naming.apply(durable);
        }
        state.after()
    }
}

impl OpenFile for Handle {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.world.state();
        let (taken, cause) = match state.enter(true)? {
            Leave::Go => (bytes.len(), None),
            // A short write of nothing would be a file that takes nothing.
            Leave::Part(share, None) => ((bytes.len() * share / 16).max(1), None),
            Leave::Part(share, cause) => (bytes.len() * share / 16, cause),
        };
        let change = Change::Write(offset, bytes[..taken.min(bytes.len())].to_vec());
        let inode = &mut state.inodes[self.inode];
        apply(&mut inode.bytes, &change);
        inode.pending.push(change);
        cause.map_or(Ok(taken.min(bytes.len())), Err)
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.world.state();
        state.enter(false)?;
        let bytes = &state.inodes[self.inode].bytes;
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        let taken = rest.len().min(out.len());
        out[..taken].copy_from_slice(&rest[..taken]);
        Ok(taken)
    }

    fn length(&self) -> io::Result<u64> {
        let mut state = self.world.state();
        state.enter(false)?;
        Ok(state.inodes[self.inode].bytes.len() as u64)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let mut state = self.world.state();
        state.whole()?;
        let inode = &mut state.inodes[self.inode];
        let change = Change::Truncate(length);
        apply(&mut inode.bytes, &change);
        inode.pending.push(change);
        state.after()
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.world.state();
        match state.enter(true)? {
            Leave::Part(_, Some(cause)) if !state.dead => {
                state.inodes[self.inode].pending.clear();
                return Err(cause);
            }
            Leave::Part(share, Some(cause)) if share < 16 => return Err(cause),
            _ => {}
        }
        if state.lies {
            return state.after();
        }
        let inode = &mut state.inodes[self.inode];
        // Not the bytes as they are seen: what an earlier sync failed to write is taken for clean.
        for change in inode.pending.drain(..) {
            apply(&mut inode.durable, &change);
        }
        state.after()
    }

    fn try_lock(&self) -> io::Result<bool> {
        let mut state = self.world.state();
        state.enter(false)?;
        let taken = state.locked.insert(self.inode);
        *self.locks.lock().unwrap() = taken;
        Ok(taken)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if *self.locks.lock().unwrap() {
            self.world.state().locked.remove(&self.inode);
        }
    }
}
