//! Which pairs count where inputs are matched against an archive only.

use crate::candidates::Classes;
use crate::document::Document;

/// The sides that the documents of each class are on.
pub(super) struct Sides(Option<Vec<Side>>);

#[derive(Clone, Copy, Default)]
struct Side {
    input: bool,
    archive: bool,
}

impl Sides {
    /// The sides of some classes; unless `against` is set there is only one.
    pub fn new(documents: &[Document], classes: &Classes, against: bool) -> Self {
        let side = |members: &[u32]| {
            let archived =
                |&member: &u32| documents.get(member as usize).is_some_and(|d| d.archived);
            Side {
                input: !members.iter().all(archived),
                archive: members.iter().any(archived),
            }
        };
        Sides(against.then(|| classes.iter().map(side).collect()))
    }

    fn of(sides: &[Side], class: u32) -> Side {
        sides.get(class as usize).copied().unwrap_or_default()
    }

    /// Whether a pair of two classes counts.
    pub fn meet(&self, x: u32, y: u32) -> bool {
        self.0.as_ref().is_none_or(|sides| {
            let (x, y) = (Self::of(sides, x), Self::of(sides, y));
            x.input && y.archive || x.archive && y.input
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_an_input_and_the_archive() {
        let document = |archived| Document {
            archived,
            ..Document::default()
        };
        let documents = [false, false, true, true, false, true].map(document);
        let classes = Classes::new([1, 2, 3, 4, 5, 5].into_iter().map(Some));
        let sides = Sides::new(&documents, &classes, true);
        assert!(sides.meet(0, 2) && sides.meet(3, 1));
        assert!(!sides.meet(0, 1) && !sides.meet(2, 3));
        assert!(sides.meet(4, 4) && sides.meet(4, 0) && sides.meet(4, 2));
        assert!(!sides.meet(0, 0));
        assert!(Sides::new(&documents, &classes, false).meet(0, 1));
    }
}
