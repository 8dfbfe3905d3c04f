//! What is kept in rows is read back to the last bit.

use aquifer_schema::{Protocol, Shape, Slot, Structure, Timestamp, View};
use aquifer_wire::{ResponseBody, encode, stored};

use crate::dynamic::Dynamic;
use crate::sample::{Dice, Sent, exact, fill, named, read};

fn kept(value: &Dynamic) -> Dynamic {
    let bytes = stored::to_bytes(value);
    let mut back = Dynamic::new(value.schema());
    stored::from_bytes(&bytes, &mut back).expect("what was kept");
    back
}

#[test]
fn every_value_is_kept_exactly() {
    for seed in 0..2_000 {
        let mut value = Dynamic::new(named("Request").input);
        fill(&mut value, 1, &mut Dice::new(seed), 0);
        let back = kept(&value);
        assert_eq!(exact(back.view()), exact(value.view()), "seed {seed}");
    }
}

#[test]
fn every_value_comes_back_from_the_formats_that_are_read_and_written() {
    for protocol in [Protocol::AwsJson11, Protocol::RpcV2Cbor] {
        for seed in 0..500 {
            let mut value = Dynamic::new(named("Request").input);
            fill(&mut value, 1_000_000, &mut Dice::new(seed), 0);
            let answer = encode(protocol, named("Request"), &mut value, "id");
            let ResponseBody::Whole(body) = answer.body else { panic!("a whole body") };
            let sent = Sent { body: &body, ..Sent::default() };
            match read(protocol, named("Request"), &sent) {
                Ok(back) => assert_eq!(exact(back.view()), exact(value.view()), "seed {seed}"),
                // Random names of items are sometimes empty or too long.
                Err(error) => {
                    assert!(error.to_string().contains("Member must have length"), "{error}")
                }
            }
        }
    }
}

fn time_kept(micros: i64) -> i64 {
    let schema = named("Request").input;
    let (index, _) = schema.member("Time").expect("a member");
    let mut value = Dynamic::new(schema);
    if let Slot::Time(slot) = value.member_mut(index).fill() {
        *slot = Timestamp::from_micros(micros);
    }
    match kept(&value).member(index).view() {
        View::Time(at) => at.as_micros(),
        _ => panic!("no time"),
    }
}

#[test]
fn times_are_kept_to_the_microsecond() {
    for micros in [
        0,
        1,
        -1,
        1_767_323_045_678_901,
        // A float of seconds rounds these.
        9_007_199_254_740_993,
        253_402_300_799_999_999,
        i64::MAX,
        i64::MIN,
    ] {
        assert_eq!(time_kept(micros), micros);
    }
}

#[test]
fn empty_and_absent_stay_apart() {
    let schema = named("Request").input;
    let mut value = Dynamic::new(schema);
    for name in ["Strings", "Tags", "Item", "Str", "Blob"] {
        let (index, _) = schema.member(name).expect("a member");
        value.member_mut(index).fill();
    }
    let back = kept(&value);
    assert_eq!(exact(back.view()), exact(value.view()));
    assert!(exact(back.view()).contains("Strings=[]"));
    assert!(exact(back.view()).contains("Items=-"));
}

#[test]
fn rows_of_other_releases_are_read() {
    let schema = named("Request").input;
    let mut back = Dynamic::new(schema);
    // {"Gone": [1, {"x": h'00'}], "Str": "s", "Time": 1(1.5), "Int": 5000}
    let bytes = b"\xa4\x64Gone\x82\x01\xa1\x61x\x41\x00\x63Str\x61s\x64Time\xc1\xf9\x3e\x00\x63Int\x19\x13\x88";
    stored::from_bytes(bytes, &mut back).expect("a row");
    let text = exact(back.view());
    assert!(text.contains("Str=\"s\"") && text.contains("Time=t1500000"), "{text}");
    assert!(text.contains("Int=5000"), "bounds of the model are not checked again: {text}");
    // A value the enumeration no longer has is not silently another one.
    let unknown = b"\xa1\x66Colour\x65GREEN";
    assert!(stored::from_bytes(unknown, &mut Dynamic::new(schema)).is_err());
    assert!(stored::from_bytes(b"\xa1\x63Str\x61", &mut Dynamic::new(schema)).is_err(), "cut");
    assert!(stored::from_bytes(b"", &mut Dynamic::new(schema)).is_err(), "nothing");
}
