//! Lists of buckets that are gone through again and again, in memory or on disk.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use crate::error::Error;
use crate::spill::Spill;

/// Texts that share a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket<'a> {
    /// Those that need a partner.
    pub asking: &'a [u32],
    /// All of them.
    pub texts: &'a [u32],
}

/// Buckets of one list, packed: the number of texts that ask, the number of texts,
/// then they, those that ask first.
#[derive(Debug, Default)]
pub(super) struct Packed(Vec<u32>);

impl Packed {
    /// Adds a bucket.
    pub fn push(&mut self, texts: &[u32], asks: impl Fn(u32) -> bool) {
        let (asking, others) = (
            texts.iter().filter(|&&x| asks(x)),
            texts.iter().filter(|&&x| !asks(x)),
        );
        let start = self.0.len();
        self.0.extend([0, texts.len() as u32]);
        self.0.extend(asking);
        let count = self.0.len() - start - 2;
        if let Some(first) = self.0.get_mut(start) {
            *first = count as u32;
        }
        self.0.extend(others);
    }
}

/// The buckets of a packed list.
fn unpack(mut packed: &[u32]) -> impl Iterator<Item = Bucket<'_>> {
    std::iter::from_fn(move || {
        let (&[asking, texts], rest) = packed.split_first_chunk()?;
        let (texts, rest) = rest.split_at_checked(texts as usize)?;
        packed = rest;
        Some(Bucket {
            asking: texts.get(..asking as usize)?,
            texts,
        })
    })
}

/// Many lists of buckets, each written once.
#[derive(Debug)]
pub(super) struct Lists {
    lists: Vec<OnceLock<Place>>,
    spill: RwLock<Spill>,
    /// Numbers in memory, and how many may be.
    held: AtomicUsize,
    bound: usize,
}

#[derive(Debug)]
enum Place {
    Held(Vec<u32>),
    /// Offset and number of numbers.
    Spilled(u64, usize),
}

impl Lists {
    /// So many empty lists, of which up to `bytes` stay in memory.
    pub fn new(count: usize, bytes: usize, spill: Spill) -> Self {
        Lists {
            lists: (0..count).map(|_| OnceLock::new()).collect(),
            spill: RwLock::new(spill),
            held: AtomicUsize::new(0),
            bound: bytes / size_of::<u32>(),
        }
    }

    /// Number of lists.
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Numbers in all lists.
    pub fn numbers(&self) -> usize {
        let places = self.lists.iter().filter_map(OnceLock::get);
        places
            .map(|place| match place {
                Place::Held(packed) => packed.len(),
                Place::Spilled(_, count) => *count,
            })
            .sum()
    }

    /// Fills a list.
    ///
    /// # Errors
    /// What the disk says.
    pub fn fill(&self, list: usize, packed: Packed) -> Result<(), Error> {
        let mut packed = packed.0;
        let held = self.held.fetch_add(packed.len(), Ordering::Relaxed) + packed.len();
        let place = if held <= self.bound {
            packed.shrink_to_fit();
            Place::Held(packed)
        } else {
            self.held.fetch_sub(packed.len(), Ordering::Relaxed);
            let bytes: Vec<u8> = packed
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect();
            let mut spill = self.spill.write().unwrap_or_else(PoisonError::into_inner);
            let offset = spill.append(&bytes)?;
            Place::Spilled(offset, packed.len())
        };
        if let Some(list) = self.lists.get(list) {
            // Whoever comes second wrote the same.
            let _ = list.set(place);
        }
        Ok(())
    }

    /// Hands over the buckets of a list, always in the same order.
    ///
    /// # Errors
    /// What the disk says.
    pub fn each(&self, list: usize, see: impl FnMut(Bucket<'_>)) -> Result<(), Error> {
        match self.lists.get(list).and_then(OnceLock::get) {
            None => {}
            Some(Place::Held(packed)) => unpack(packed).for_each(see),
            Some(&Place::Spilled(offset, count)) => {
                let mut bytes = vec![0; count * size_of::<u32>()];
                let spill = self.spill.read().unwrap_or_else(PoisonError::into_inner);
                spill.read(offset, &mut bytes)?;
                drop(spill);
                let numbers = bytes.as_chunks::<4>().0.iter();
                let packed: Vec<u32> = numbers.map(|number| u32::from_le_bytes(*number)).collect();
                unpack(&packed).for_each(see);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_come_back_from_memory_and_from_disk() {
        for bytes in [0, 1 << 10] {
            let lists = Lists::new(2, bytes, Spill::new(0, None));
            let mut packed = Packed::default();
            packed.push(&[4, 5, 9], |text| text != 5);
            packed.push(&[1, 2], |_| false);
            lists.fill(1, packed).unwrap();
            let mut seen = Vec::new();
            for list in 0..lists.len() {
                lists
                    .each(list, |bucket| {
                        seen.push((bucket.asking.to_vec(), bucket.texts.to_vec()))
                    })
                    .unwrap();
            }
            assert_eq!(seen, [(vec![4, 9], vec![4, 9, 5]), (vec![], vec![1, 2])]);
        }
    }
}
