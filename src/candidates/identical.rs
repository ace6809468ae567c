//! Texts that differ in nothing but wrapping, punctuation, typography or case.

use ahash::AHashMap;

/// All documents with one canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// [`content_hash`](crate::hash::content_hash) of its words.
    pub content: u128,
    /// Indices of the documents, ascending; never empty. The first stands for
    /// the class.
    pub members: Vec<u32>,
}

/// Groups documents by the hash of their canonical text; `None` stands for an
/// empty text, which is a class of its own. Classes are ordered by first member.
///
/// ```
/// use wirecopy::candidates::classes;
/// let found = classes(&[Some(7), None, Some(7), None]);
/// let members: Vec<_> = found.iter().map(|class| class.members.clone()).collect();
/// assert_eq!(members, [vec![0, 2], vec![1], vec![3]]);
/// ```
pub fn classes(contents: &[Option<u128>]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    let mut known: AHashMap<u128, usize> = AHashMap::new();
    for (member, content) in (0u32..).zip(contents) {
        let at = match content {
            Some(content) => *known.entry(*content).or_insert(classes.len()),
            None => classes.len(),
        };
        match classes.get_mut(at) {
            Some(class) => class.members.push(member),
            None => classes.push(Class {
                content: content.unwrap_or(0),
                members: vec![member],
            }),
        }
    }
    classes
}
