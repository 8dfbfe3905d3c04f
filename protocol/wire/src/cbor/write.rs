//! Shapes as data items.

use aquifer_schema::{Member, Structure, Timestamp, View};

use super::read::TAG_DECIMAL;

const OPEN_MAP: u8 = 0xbf;
const BREAK: u8 = 0xff;
const NULL: u8 = 0xf6;

/// How an instant is written.
#[derive(Clone, Copy)]
enum Times {
    /// As seconds in a float, as the protocol asks.
    Float,
    /// As a decimal fraction, to the microsecond.
    Exact,
}

/// Writes a structure as the protocol has it.
pub(crate) fn write(value: &dyn Structure, out: &mut Vec<u8>) {
    write_struct(value, Times::Float, out);
}

/// Writes a structure to be kept.
pub(super) fn write_stored(value: &dyn Structure, out: &mut Vec<u8>) {
    write_struct(value, Times::Exact, out);
}

fn write_struct(value: &dyn Structure, times: Times, out: &mut Vec<u8>) {
    out.push(OPEN_MAP);
    write_some(value, times, &|_| true, out);
    out.push(BREAK);
}

/// Writes those of a structure's members that are wanted, as entries of a map.
pub(crate) fn write_members(
    value: &dyn Structure,
    wanted: &dyn Fn(&'static Member) -> bool,
    out: &mut Vec<u8>,
) {
    write_some(value, Times::Float, wanted, out);
}

fn write_some(
    value: &dyn Structure,
    times: Times,
    wanted: &dyn Fn(&'static Member) -> bool,
    out: &mut Vec<u8>,
) {
    for (index, member) in value.schema().members.iter().enumerate() {
        let view = value.member(index).view();
        if !matches!(view, View::Absent | View::Stream) && wanted(member) {
            write_text(member.name, out);
            write_value(member, view, times, out);
        }
    }
}

pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    head(3, text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn write_value(member: &'static Member, view: View<'_>, times: Times, out: &mut Vec<u8>) {
    match view {
        View::Absent | View::Stream => out.push(NULL),
        View::Bool(value) => out.push(if value { 0xf5 } else { 0xf4 }),
        View::Int(value) => write_int(value, out),
        View::Float(value) => {
            out.push(0xfa);
            out.extend_from_slice(&value.to_be_bytes());
        }
        View::Double(value) => write_double(value, out),
        View::Str(value) => write_text(value, out),
        View::Blob(value) => {
            head(2, value.len() as u64, out);
            out.extend_from_slice(value);
        }
        View::Time(value) => write_time(value, times, out),
        View::Document(value) => write_text(&value.to_string(), out),
        View::Struct(value) => write_struct(value, times, out),
        View::List(list) => {
            head(4, list.len() as u64, out);
            for index in 0..list.len() {
                write_value(member.target.element(), list.get(index).view(), times, out);
            }
        }
        View::Map(map) => {
            head(5, map.len() as u64, out);
            let (_, element) = member.target.entry();
            map.each(&mut |key, value| {
                write_text(key, out);
                write_value(element, value.view(), times, out);
            });
        }
    }
}

fn write_time(at: Timestamp, times: Times, out: &mut Vec<u8>) {
    match times {
        Times::Float => {
            head(6, 1, out);
            // Milliseconds, as in the other protocols.
            write_double(at.as_millis() as f64 / 1e3, out);
        }
        Times::Exact => {
            head(6, TAG_DECIMAL, out);
            head(4, 2, out);
            write_int(-6, out);
            write_int(at.as_micros(), out);
        }
    }
}

fn write_int(value: i64, out: &mut Vec<u8>) {
    match u64::try_from(value) {
        Ok(value) => head(0, value, out),
        Err(_) => head(1, value.unsigned_abs() - 1, out),
    }
}

fn write_double(value: f64, out: &mut Vec<u8>) {
    out.push(0xfb);
    out.extend_from_slice(&value.to_be_bytes());
}

/// The first byte of an item and the number after it, as short as it can be.
fn head(major: u8, number: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match number {
        0..=23 => out.push(major | number as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, number as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(number as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(number as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}
