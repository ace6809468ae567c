//! Texts that differ in nothing but wrapping, punctuation, typography or case.

use ahash::AHashMap;

/// Documents by canonical text: a class is all documents with one.
///
/// Held as three flat lists, since most of a million classes have one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    contents: Vec<u128>,
    /// Where the members of each class begin; one more than there are classes.
    starts: Vec<u32>,
    members: Vec<u32>,
    /// The class of each document.
    of: Vec<u32>,
}

impl Classes {
    /// Groups documents by the hash of their canonical text; `None` stands for an
    /// empty text, which is a class of its own. Classes are ordered by first member.
    ///
    /// ```
    /// use wirecopy::candidates::Classes;
    /// let classes = Classes::new([Some(7), None, Some(7), None].into_iter());
    /// assert_eq!(classes.iter().collect::<Vec<_>>(), [&[0, 2][..], &[1], &[3]]);
    /// assert_eq!(classes.of(2), 0);
    /// ```
    pub fn new(contents: impl Iterator<Item = Option<u128>>) -> Self {
        let mut classes = Classes::default();
        let mut known: AHashMap<u128, u32> = AHashMap::new();
        for content in contents {
            let next = classes.contents.len() as u32;
            let class = match content {
                Some(content) => *known.entry(content).or_insert(next),
                None => next,
            };
            if class == next {
                classes.contents.push(content.unwrap_or(0));
            }
            classes.of.push(class);
        }
        drop(known);
        let mut ends = vec![0u32; classes.contents.len() + 1];
        for &class in &classes.of {
            ends[class as usize + 1] += 1;
        }
        for i in 1..ends.len() {
            ends[i] += ends[i - 1];
        }
        classes.starts = ends.clone();
        classes.members = vec![0; classes.of.len()];
        for (member, &class) in (0u32..).zip(&classes.of) {
            let next = &mut ends[class as usize];
            classes.members[*next as usize] = member;
            *next += 1;
        }
        classes
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.contents.len()
    }

    /// True where there is no document.
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    /// The class of a document.
    pub fn of(&self, document: u32) -> u32 {
        self.of[document as usize]
    }

    /// The documents of a class, ascending; never empty. The first stands for the class.
    pub fn members(&self, class: u32) -> &[u32] {
        let class = class as usize;
        &self.members[self.starts[class] as usize..self.starts[class + 1] as usize]
    }

    /// The first document of a class.
    pub fn first(&self, class: u32) -> u32 {
        self.members(class)[0]
    }

    /// The hash of the canonical text; 0 for an empty one.
    pub fn content(&self, class: u32) -> u128 {
        self.contents[class as usize]
    }

    /// Rank by which one text is chosen among many: by content, then by key.
    pub fn rank(&self, class: u32) -> (u128, u32) {
        (self.content(class), class)
    }

    /// The members of every class.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len() as u32).map(|class| self.members(class))
    }
}
