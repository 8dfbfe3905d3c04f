//! Groups: messages handed out one after another, in the order they came.
//!
//! Of a group with nothing held the first message is ready, if its delay is over; of all others none.

use aquifer_store::StoreError;

use crate::tables::{GROUPS, Group, MEMBERS, Open};

type Result<T> = std::result::Result<T, StoreError>;

impl Open<'_, '_> {
    fn group(&self, name: &str) -> Result<Group> {
        Ok(GROUPS.get(self.tx, &(self.queue, name))?.unwrap_or_default())
    }

    fn put_group(&self, name: &str, group: &Group) -> Result<()> {
        GROUPS.put(self.tx, &(self.queue, name), group)
    }

    /// The first message of a group at or after a number.
    pub fn member_from(&self, name: &str, from: u64) -> Result<Option<u64>> {
        let members = MEMBERS.scan(self.tx).prefix(&(self.queue, name));
        let from = (self.queue, name.to_owned(), from);
        let mut members = members.from(&from).keys();
        Ok(members.next().transpose()?.map(|(_, _, number)| number))
    }

    /// Adds a message to the end of its group.
    pub fn join(&self, name: &str, number: u64) -> Result<()> {
        let mut group = self.group(name)?;
        if group.first == 0 && self.member_from(name, 0)?.is_none() {
            group.first = number;
        }
        self.put_group(name, &group)?;
        MEMBERS.put(self.tx, &(self.queue, name, number), &())
    }

    /// Takes a message that nobody holds from its group; the next one follows.
    pub fn leave(&mut self, name: &str, number: u64) -> Result<()> {
        MEMBERS.delete(self.tx, &(self.queue, name, number))?;
        let mut group = self.group(name)?;
        match self.member_from(name, group.first)? {
            None => {
                GROUPS.delete(self.tx, &(self.queue, name))?;
                Ok(())
            }
            Some(first) => {
                group.first = first;
                self.put_group(name, &group)?;
                self.promote(name)
            }
        }
    }

    /// Notes that a message of the group is held; none of the others is ready then.
    pub fn held(&self, name: &str) -> Result<()> {
        let mut group = self.group(name)?;
        group.leased += 1;
        self.put_group(name, &group)
    }

    /// Notes that a message of the group is no longer held.
    pub fn released(&self, name: &str) -> Result<()> {
        let mut group = self.group(name)?;
        group.leased = group.leased.saturating_sub(1);
        self.put_group(name, &group)
    }

    /// Makes the first message of a group ready if it may be.
    pub fn promote(&mut self, name: &str) -> Result<()> {
        let group = self.group(name)?;
        if group.leased > 0 {
            return Ok(());
        }
        let Some(first) = self.member_from(name, group.first)? else { return Ok(()) };
        let hidden = self.state(first)?.is_some_and(|state| state.hidden.is_some());
        if hidden {
            return Ok(());
        }
        self.make_ready(first)
    }
}
