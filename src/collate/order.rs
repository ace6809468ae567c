//! The order of the rows, into which new ones are put.

/// Rows by number, in order.
///
/// What texts add at one place stands there in the order of the texts. To know
/// where that ends, a new row is one level deeper than the row that it was put
/// behind, so that all that was put behind a row follows it, deeper than itself.
#[derive(Default)]
pub(super) struct Order {
    rows: Vec<u32>,
    /// Where each row is in `rows`.
    ranks: Vec<u32>,
    /// 0 for the rows of the first text.
    depths: Vec<u32>,
}

impl Order {
    /// Place of a row.
    pub(super) fn rank(&self, row: usize) -> u32 {
        self.ranks.get(row).copied().unwrap_or(u32::MAX)
    }

    fn depth(&self, row: usize) -> u32 {
        self.depths.get(row).copied().unwrap_or(0)
    }

    /// Puts in new rows, numbered on from those that are there: each behind a row
    /// (or at the start) and before another (or anywhere behind the first). They
    /// are in the order of their text, and so are the rows that they are put by.
    pub(super) fn grow(&mut self, fresh: &[(Option<usize>, Option<usize>)]) {
        if fresh.is_empty() {
            return;
        }
        let first = self.rows.len();
        // A run of new rows goes to one place.
        let places = fresh.chunk_by(|x, y| x == y).flat_map(|run| {
            let place = run
                .first()
                .map_or(0, |&(behind, next)| self.place(behind, next));
            run.iter().map(move |_| place)
        });
        let places: Vec<usize> = places.collect();
        for (behind, _) in fresh {
            let level = behind.map_or(0, |row| self.depth(row));
            self.depths.push(if first == 0 { 0 } else { level + 1 });
        }
        let mut merged = Vec::with_capacity(first + fresh.len());
        let mut new = (first as u32..).zip(places).peekable();
        for (at, &row) in self.rows.iter().enumerate() {
            while let Some((row, _)) = new.next_if(|&(_, place)| place <= at) {
                merged.push(row);
            }
            merged.push(row);
        }
        merged.extend(new.map(|(row, _)| row));
        self.rows = merged;
        self.ranks.resize(self.rows.len(), 0);
        for (rank, &row) in (0..).zip(&self.rows) {
            if let Some(own) = self.ranks.get_mut(row as usize) {
                *own = rank;
            }
        }
    }

    /// The place behind a row and all that was put behind it before, but not
    /// behind `next`.
    fn place(&self, behind: Option<usize>, next: Option<usize>) -> usize {
        let from = behind.map_or(0, |row| self.rank(row) as usize + 1);
        let level = behind.map_or(0, |row| self.depth(row));
        let rest = self.rows.get(from..).unwrap_or(&[]);
        let passed = rest
            .iter()
            .take_while(|&&row| self.depth(row as usize) > level && Some(row as usize) != next);
        from + passed.count()
    }
}
