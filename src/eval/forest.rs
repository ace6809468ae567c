//! Who descends from whom, asked in constant time.

/// Documents by their parents, numbered so that descendants stand together.
#[derive(Clone, Debug)]
pub struct Forest {
    /// Every document behind its parent, each tree in one piece.
    order: Vec<u32>,
    /// Place of each document in `order`, and one past its last descendant.
    spans: Vec<(u32, u32)>,
}

/// A document that descends from itself, the smallest one; `None` where there is none.
///
/// Cost: linear.
pub fn on_a_cycle(parents: &[Option<u32>]) -> Option<u32> {
    // The walk that first came to a document; walk 0 is none.
    let mut seen = vec![0u32; parents.len()];
    for start in 0..parents.len() as u32 {
        let walk = start + 1;
        let mut at = start;
        while let Some(mark) = seen.get_mut(at as usize) {
            if *mark == walk {
                return least_of_cycle(parents, at);
            }
            if *mark != 0 {
                break;
            }
            *mark = walk;
            match parents[at as usize] {
                Some(parent) => at = parent,
                None => break,
            }
        }
    }
    None
}

fn least_of_cycle(parents: &[Option<u32>], start: u32) -> Option<u32> {
    let next = |&at: &u32| parents[at as usize].filter(|&parent| parent != start);
    std::iter::successors(Some(start), next).min()
}

impl Forest {
    /// A forest from the parent of each document.
    ///
    /// What lies on a cycle or hangs on one has no root and descends from nothing; see
    /// [`on_a_cycle`]. Cost: linear.
    pub fn new(parents: &[Option<u32>]) -> Self {
        let count = parents.len();
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut open = Vec::new();
        for (at, parent) in (0..count as u32).zip(parents).rev() {
            match parent {
                Some(parent) => children[*parent as usize].push(at),
                None => open.push(at),
            }
        }
        let mut order = Vec::with_capacity(count);
        let mut spans = vec![(0, 0); count];
        while let Some(at) = open.pop() {
            spans[at as usize] = (order.len() as u32, order.len() as u32 + 1);
            order.push(at);
            open.append(&mut children[at as usize]);
        }
        // From the last one back, a document's own descendants are all known.
        for &at in order.iter().rev() {
            let end = spans[at as usize].1;
            if let Some(parent) = parents[at as usize] {
                let of_parent = &mut spans[parent as usize].1;
                *of_parent = end.max(*of_parent);
            }
        }
        Forest { order, spans }
    }

    /// Every document that has a root, each behind its parent.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Where a document and all its descendants stand in [`order`](Forest::order).
    pub(super) fn span(&self, document: u32) -> (u32, u32) {
        self.spans[document as usize]
    }

    /// Whether `ancestor` is above `document`; nothing is above itself.
    pub fn is_above(&self, ancestor: u32, document: u32) -> bool {
        let (start, end) = self.spans[ancestor as usize];
        let at = self.spans[document as usize].0;
        (start + 1..end).contains(&at)
    }

    /// Documents that both forests have above a document, summed over the documents that
    /// `counts` says yes to; ancestors that `stands` says no to are left out.
    ///
    /// Cost: n log n, whatever the depth: the ancestors in this forest are held, while it is
    /// walked, as stretches of the other's order.
    pub(super) fn common_ancestors(
        &self,
        other: &Forest,
        counts: impl Fn(u32) -> bool,
        stands: impl Fn(u32) -> bool,
    ) -> u64 {
        let mut above = Stretches::new(other.spans.len());
        let mut line: Vec<u32> = Vec::new();
        let mut common = 0;
        for &at in &self.order {
            while let Some(&last) = line.last() {
                if self.is_above(last, at) {
                    break;
                }
                above.add(other.spans[last as usize], -1);
                line.pop();
            }
            if counts(at) {
                common += above.over(other.spans[at as usize].0);
            }
            if stands(at) {
                above.add(other.spans[at as usize], 1);
                line.push(at);
            }
        }
        common
    }
}

/// How many of the present stretches lie over a place (a Fenwick tree of their ends).
struct Stretches(Vec<i64>);

impl Stretches {
    fn new(places: usize) -> Self {
        Stretches(vec![0; places + 2])
    }

    /// The descendants of a span: all of it but its first.
    fn add(&mut self, (start, end): (u32, u32), times: i64) {
        self.change(start as usize + 1, times);
        self.change((end as usize).max(start as usize + 1), -times);
    }

    fn change(&mut self, place: usize, by: i64) {
        let mut at = place + 1;
        while let Some(slot) = self.0.get_mut(at) {
            *slot += by;
            at += at & at.wrapping_neg();
        }
    }

    fn over(&self, place: u32) -> u64 {
        let mut at = place as usize + 1;
        let mut sum = 0;
        while at > 0 {
            sum += self.0.get(at).copied().unwrap_or(0);
            at &= at - 1;
        }
        sum.max(0) as u64
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All ancestors, by walking up.
    pub fn ancestors(parents: &[Option<u32>], document: u32) -> Vec<u32> {
        let up = |&at: &u32| parents[at as usize];
        std::iter::successors(parents[document as usize], up).collect()
    }

    /// Parents without a cycle, in an order that says nothing.
    pub fn parents() -> impl Strategy<Value = Vec<Option<u32>>> {
        let raw = proptest::collection::vec(proptest::option::weighted(0.8, any::<u32>()), 1..24);
        let shuffled = raw.prop_flat_map(|raw| {
            let places: Vec<u32> = (0..raw.len() as u32).collect();
            (Just(raw), Just(places).prop_shuffle())
        });
        shuffled.prop_map(|(raw, places)| {
            let mut parents = vec![None; raw.len()];
            for (at, parent) in raw.into_iter().enumerate() {
                let earlier = parent.filter(|_| at > 0).map(|p| places[p as usize % at]);
                parents[places[at] as usize] = earlier;
            }
            parents
        })
    }

    proptest! {
        #[test]
        fn spans_say_what_a_walk_says(parents in parents()) {
            prop_assert_eq!(on_a_cycle(&parents), None);
            let forest = Forest::new(&parents);
            prop_assert_eq!(forest.order().len(), parents.len());
            for document in 0..parents.len() as u32 {
                let above = ancestors(&parents, document);
                for other in 0..parents.len() as u32 {
                    prop_assert_eq!(forest.is_above(other, document), above.contains(&other));
                }
            }
        }

        #[test]
        fn common_ancestors_are_those_of_two_walks(
            (one, two, masks) in parents().prop_flat_map(|one| {
                let masks = proptest::collection::vec(any::<(bool, bool)>(), one.len());
                (Just(one), parents(), masks)
            })
        ) {
            let count = one.len().min(two.len());
            let cut = |parents: &[Option<u32>]| -> Vec<Option<u32>> {
                let within = |p: &Option<u32>| p.filter(|&p| (p as usize) < count);
                parents.iter().take(count).map(within).collect()
            };
            let (one, two) = (cut(&one), cut(&two));
            let counts = |at: u32| masks[at as usize].0;
            let stands = |at: u32| masks[at as usize].1;
            let fast = Forest::new(&one).common_ancestors(&Forest::new(&two), counts, stands);
            let mut slow = 0;
            for at in (0..count as u32).filter(|&at| counts(at)) {
                let others = ancestors(&two, at);
                let common = ancestors(&one, at).into_iter().filter(|a| stands(*a) && others.contains(a));
                slow += common.count() as u64;
            }
            prop_assert_eq!(fast, slow);
        }
    }

    #[test]
    fn cycles_are_found_and_are_nobodys_ancestors() {
        let parents = [Some(1), Some(2), Some(1), Some(0), None, Some(4)];
        assert_eq!(on_a_cycle(&parents), Some(1));
        assert_eq!(on_a_cycle(&[Some(0)]), Some(0));
        let forest = Forest::new(&parents);
        assert_eq!(forest.order(), [4, 5]);
        assert!(forest.is_above(4, 5) && !forest.is_above(1, 2) && !forest.is_above(1, 3));
    }
}
