"""What one writer does to the server, and what it must find again after a kill.

Each writer owns its names, so what it did to one of them is a sequence. Before a call it notes what
the call may leave behind; when the call is acknowledged, that is the only thing that may be there.
After the kill each name must hold one of the noted states, whole.
"""

import random

from bodies import Content, body, content
from botocore.exceptions import ClientError


class Lost(AssertionError):
    """Something acknowledged is not there, or something is half there."""


class Writer:
    """The common part: randomness of its own, numbers for contents, a journal."""

    def __init__(self, name: str, seed: int):
        self.name = name
        self.rng = random.Random(f"{seed} {name}")
        self.number = 0
        self.acknowledged = 0
        self.journal: list[str] = []

    def next(self) -> int:
        self.number += 1
        return self.number

    def note(self, what: str) -> None:
        """Said before a call, so that the journal ends with the call under way."""
        self.journal = [*self.journal[-19:], what]

    def done(self) -> None:
        self.acknowledged += 1

    def lost(self, what: str) -> Lost:
        return Lost(f"{self.name}: {what}\nlast calls:\n  " + "\n  ".join(self.journal))

    def prepare(self, s3, glue) -> None:
        """Makes what the writer works in, once."""

    def step(self, s3, glue) -> None:
        """One call, or a few that belong together."""
        raise NotImplementedError

    def verify(self, s3, glue) -> None:
        """Looks at everything the writer ever acknowledged."""
        raise NotImplementedError


class Objects(Writer):
    """Puts, overwrites, copies and deletes of objects of every size class."""

    SIZES = {
        "small": (0, 1, 1000, 1024, 4095, 4096, 4097, 16_384),
        "medium": (65_536, 262_144, 1_048_575, 1_048_576, 1_048_577),
        "large": (1_500_000, 6 * 2**20),
    }
    KEYS = {"small": 20, "medium": 6, "large": 2}

    def prepare(self, s3, glue):
        self.bucket = f"b-{self.name}"
        s3.create_bucket(Bucket=self.bucket)
        self.possible: dict[str, list[Content | None]] = {
            f"{kind}/{n}": [None] for kind, count in self.KEYS.items() for n in range(count)
        }

    def step(self, s3, glue):
        kind = self.rng.choices(list(self.KEYS), (20, 4, 1))[0]
        key = f"{kind}/{self.rng.randrange(self.KEYS[kind])}"
        choice = self.rng.random()
        if choice < 0.7:
            self.put(s3, key, self.rng.choice(self.SIZES[kind]))
        elif choice < 0.8:
            self.copy(s3, f"{kind}/{self.rng.randrange(self.KEYS[kind])}", key)
        elif choice < 0.95:
            self.change(key, None, f"delete {key}")
            s3.delete_object(Bucket=self.bucket, Key=key)
            self.settle(key, None)
        else:
            self.delete_some(s3)

    def put(self, s3, key, size):
        data = body(self.next(), size)
        made = content(self.number, data)
        self.change(key, made, f"put {key} number {made.number} size {size}")
        meta = {"number": str(made.number)}
        s3.put_object(Bucket=self.bucket, Key=key, Body=data, Metadata=meta)
        self.settle(key, made)

    def copy(self, s3, source, key):
        (copied,) = self.possible[source]
        if copied is None or source == key:
            return
        self.change(key, copied, f"copy {source} to {key}")
        s3.copy_object(
            Bucket=self.bucket, Key=key, CopySource={"Bucket": self.bucket, "Key": source}
        )
        self.settle(key, copied)

    def delete_some(self, s3):
        keys = self.rng.sample(sorted(self.possible), 5)
        for key in keys:
            self.change(key, None, f"delete {key} among others")
        answer = s3.delete_objects(
            Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys]}
        )
        if answer.get("Errors"):
            raise self.lost(f"batch delete was refused in part: {answer['Errors']}")
        for key in keys:
            self.settle(key, None)

    def change(self, key, state, what):
        self.note(what)
        self.possible[key] = [*self.possible[key], state]

    def settle(self, key, state):
        self.possible[key] = [state]
        self.done()

    def verify(self, s3, glue):
        listed = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            listed |= {item["Key"]: item for item in page.get("Contents", [])}
        for key, states in self.possible.items():
            found = self.read(s3, key)
            if found not in states:
                raise self.lost(f"{key} holds {found}, and may hold only {states}")
            entry = listed.pop(key, None)
            if (entry is None) != (found is None) or (entry and entry["Size"] != found.size):
                raise self.lost(f"{key} holds {found}, and the listing says {entry}")
            self.possible[key] = [found]
        if listed:
            raise self.lost(f"listed, and never written: {sorted(listed)}")

    def read(self, s3, key) -> Content | None:
        try:
            got = s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        data = got["Body"].read()
        found = content(int(got["Metadata"]["number"]), data)
        if len(data) != got["ContentLength"] or (
            "-" not in got["ETag"] and got["ETag"].strip('"') != found.md5
        ):
            raise self.lost(f"{key} answers {found} under ETag {got['ETag']}")
        return found


class Churn(Objects):
    """Overwrites everything it wrote, so that packs are compacted beneath what is left."""

    SIZES = {"churn": (900_000, 1_048_576)}
    KEYS = {"churn": 10}

    def step(self, s3, glue):
        for key in self.possible:
            self.put(s3, key, self.rng.choice(self.SIZES["churn"]))


class Uploads(Objects):
    """Multipart uploads: begun, continued after a kill, completed, aborted."""

    KEYS = {"parts": 3}
    OPEN_MAX = 2

    def prepare(self, s3, glue):
        super().prepare(s3, glue)
        # Upload id → its key, number, and acknowledged parts by number.
        self.open: dict[str, tuple[str, int, dict[int, Content]]] = {}
        # Upload id → how it was being ended when the server was killed.
        self.ending: dict[str, str] = {}

    def step(self, s3, glue):
        ready = [upload for upload, (_, _, parts) in self.open.items() if len(parts) == 2]
        if ready and self.rng.random() < 0.8:
            self.complete(s3, ready[0])
        elif ready or (self.open and self.rng.random() < 0.1):
            self.abort(s3, next(iter(self.open)))
        elif len(self.open) < self.OPEN_MAX and self.rng.random() < 0.5 or not self.open:
            self.begin(s3)
        else:
            self.part(s3, self.rng.choice(list(self.open)))

    def begin(self, s3):
        key, number = f"parts/{self.rng.randrange(self.KEYS['parts'])}", self.next()
        self.note(f"begin upload of {key} number {number}")
        upload = s3.create_multipart_upload(
            Bucket=self.bucket, Key=key, Metadata={"number": str(number)}
        )
        self.open[upload["UploadId"]] = (key, number, {})
        self.done()

    def part(self, s3, upload):
        key, number, parts = self.open[upload]
        at = 2 if 1 in parts else 1
        data = self.part_body(number, at)
        self.note(f"part {at} of {key} number {number}")
        s3.upload_part(
            Bucket=self.bucket, Key=key, UploadId=upload, PartNumber=at, Body=data
        )
        parts[at] = content(number, data)
        self.done()

    @staticmethod
    def part_body(number, at):
        return body(number, 5 * 2**20) if at == 1 else body(number, 1 + number * 1009 % 70_000)

    def complete(self, s3, upload):
        key, number, parts = self.open[upload]
        whole = content(number, self.part_body(number, 1) + self.part_body(number, 2))
        self.change(key, whole, f"complete {key} number {number}")
        self.ending[upload] = "complete"
        listed = [{"PartNumber": n, "ETag": f'"{parts[n].md5}"'} for n in (1, 2)]
        s3.complete_multipart_upload(
            Bucket=self.bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": listed}
        )
        del self.open[upload]
        del self.ending[upload]
        self.settle(key, whole)

    def abort(self, s3, upload):
        key, number, _ = self.open[upload]
        self.note(f"abort {key} number {number}")
        self.ending[upload] = "abort"
        s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload)
        del self.open[upload]
        del self.ending[upload]
        self.done()

    def verify(self, s3, glue):
        super().verify(s3, glue)
        listed = s3.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        found = {item["UploadId"]: item["Key"] for item in listed}
        for upload, (key, number, parts) in list(self.open.items()):
            (now,) = self.possible[key]
            completed = now is not None and now.number == number
            if found.pop(upload, None) is not None:
                if completed:
                    raise self.lost(f"{key} was completed, and its upload is still open")
                self.verify_parts(s3, upload, key, parts)
            elif completed or self.ending.get(upload) == "abort":
                del self.open[upload]
            else:
                raise self.lost(f"the upload of {key} number {number} is gone")
        self.ending.clear()
        # At most the one that was being begun.
        if len(found) > 1:
            raise self.lost(f"uploads that were never begun: {found}")
        for upload, key in found.items():
            s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload)

    def verify_parts(self, s3, upload, key, parts):
        answer = s3.list_parts(Bucket=self.bucket, Key=key, UploadId=upload)
        there = {
            part["PartNumber"]: (part["Size"], part["ETag"].strip('"'))
            for part in answer.get("Parts", [])
        }
        number = self.open[upload][1]
        for at, part in parts.items():
            if there.pop(at, None) != (part.size, part.md5):
                raise self.lost(f"part {at} of {key} is not the one acknowledged")
        for at, shown in there.items():
            part = content(number, self.part_body(number, at))
            if shown != (part.size, part.md5):
                raise self.lost(f"part {at} of {key} is half there: {shown}")
            parts[at] = part


class Versions(Writer):
    """Puts, delete markers and removals of versions in a versioned bucket."""

    KEYS = 4
    VERSIONS_MAX = 5

    def prepare(self, s3, glue):
        self.bucket = f"b-{self.name}"
        s3.create_bucket(Bucket=self.bucket)
        s3.put_bucket_versioning(
            Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        # Newest first: (version id, its content or None for a delete marker).
        self.stacks: dict[str, list[tuple[str, Content | None]]] = {
            f"k{n}": [] for n in range(self.KEYS)
        }
        # The call under way: its key, and what it adds (a state) or removes (a version id).
        self.adding: tuple[str, Content | None] | None = None
        self.removing: tuple[str, str] | None = None

    def step(self, s3, glue):
        key = self.rng.choice(list(self.stacks))
        stack = self.stacks[key]
        if len(stack) >= self.VERSIONS_MAX:
            at = self.rng.randrange(len(stack))
            self.note(f"remove version {at} of {key}")
            self.removing = (key, stack[at][0])
            s3.delete_object(Bucket=self.bucket, Key=key, VersionId=stack[at][0])
            del stack[at]
        elif self.rng.random() < 0.2:
            self.note(f"mark {key} deleted")
            self.adding = (key, None)
            answer = s3.delete_object(Bucket=self.bucket, Key=key)
            stack.insert(0, (answer["VersionId"], None))
        else:
            data = body(self.next(), self.rng.choice((1, 4096, 5000, 200_000)))
            made = content(self.number, data)
            self.note(f"put {key} number {made.number} size {made.size}")
            self.adding = (key, made)
            answer = s3.put_object(
                Bucket=self.bucket, Key=key, Body=data, Metadata={"number": str(made.number)}
            )
            stack.insert(0, (answer["VersionId"], made))
        self.adding = self.removing = None
        self.done()

    def verify(self, s3, glue):
        answer = s3.list_object_versions(Bucket=self.bucket)
        entries = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
        for key, stack in self.stacks.items():
            # Both lists come newest first; the order between them is by their times.
            mine = {entry["VersionId"]: entry for entry in entries if entry["Key"] == key}
            found = [(v, self.read(s3, key, v) if "Size" in e else None) for v, e in mine.items()]
            self.stacks[key] = self.match(key, stack, dict(found))
            latest = [v for v, entry in mine.items() if entry["IsLatest"]]
            if self.stacks[key] and latest != [self.stacks[key][0][0]]:
                raise self.lost(f"the latest of {key} is {latest}, not {self.stacks[key][0]}")
        self.adding = self.removing = None

    def match(self, key, stack, found):
        """The stack as it is now, if that is one of those it may be."""
        kept = []
        for version, state in stack:
            if version not in found and self.removing == (key, version):
                continue
            if version not in found or found[version] != state:
                raise self.lost(f"{key}: version {version} is {found.get(version)}, was {state}")
            kept.append((version, found.pop(version)))
        if not found:
            return kept
        (version, state), *more = found.items()
        if more or self.adding != (key, state):
            raise self.lost(f"{key}: versions that were never written: {found}")
        return [(version, state), *kept]

    def read(self, s3, key, version) -> Content:
        got = s3.get_object(Bucket=self.bucket, Key=key, VersionId=version)
        return content(int(got["Metadata"]["number"]), got["Body"].read())


class Tables(Writer):
    """Tables of the catalog: created, updated, deleted. A definition is one number throughout."""

    TABLES = 5

    def prepare(self, s3, glue):
        self.database = f"d_{self.name}"
        glue.create_database(DatabaseInput={"Name": self.database})
        self.possible: dict[str, list[int | None]] = {f"t{n}": [None] for n in range(self.TABLES)}

    def definition(self, table, number):
        columns = [{"Name": f"c{number}_{at}", "Type": "bigint"} for at in range(5)]
        return {
            "Name": table,
            "Parameters": {"number": str(number)},
            "StorageDescriptor": {"Columns": columns, "Location": f"s3://b/{number}/"},
        }

    def step(self, s3, glue):
        table = self.rng.choice(list(self.possible))
        (now,) = self.possible[table]
        if now is None:
            self.change(table, self.next(), "create")
            glue.create_table(
                DatabaseName=self.database, TableInput=self.definition(table, self.number)
            )
        elif self.rng.random() < 0.2:
            self.change(table, None, "delete")
            glue.delete_table(DatabaseName=self.database, Name=table)
        else:
            self.change(table, self.next(), "update")
            glue.update_table(
                DatabaseName=self.database, TableInput=self.definition(table, self.number)
            )
        self.possible[table] = self.possible[table][-1:]
        self.done()

    def change(self, table, state, what):
        self.note(f"{what} {table} to {state}")
        self.possible[table] = [*self.possible[table], state]

    def verify(self, s3, glue):
        pages = glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
        found = {table["Name"]: table for page in pages for table in page["TableList"]}
        for name, states in self.possible.items():
            number = self.number_of(found.pop(name, None))
            if number not in states:
                raise self.lost(f"table {name} is {number}, and may be only {states}")
            self.possible[name] = [number]
            if number is not None:
                versions = glue.get_table_versions(DatabaseName=self.database, TableName=name)
                numbers = [self.number_of(v["Table"]) for v in versions["TableVersions"]]
                if max(numbers) != number:
                    raise self.lost(f"table {name} is {number}, its versions are {numbers}")
        if found:
            raise self.lost(f"tables that were never created: {sorted(found)}")

    def number_of(self, table) -> int | None:
        if table is None:
            return None
        number = int(table["Parameters"]["number"])
        whole = self.definition(table["Name"], number)
        for part in ("Columns", "Location"):
            if table["StorageDescriptor"][part] != whole["StorageDescriptor"][part]:
                raise self.lost(f"table {table['Name']} is half {number}: {table}")
        return number


class Partitions(Writer):
    """Batches of partitions: a batch is there whole, with one number, or not at all."""

    BATCHES = 6
    # What one call may delete at most.
    SIZE = 25

    def prepare(self, s3, glue):
        self.where = {"DatabaseName": f"d_{self.name}", "TableName": "t"}
        glue.create_database(DatabaseInput={"Name": self.where["DatabaseName"]})
        keys = [{"Name": "batch", "Type": "int"}, {"Name": "at", "Type": "int"}]
        glue.create_table(
            DatabaseName=self.where["DatabaseName"],
            TableInput={"Name": "t", "PartitionKeys": keys},
        )
        self.possible: dict[int, list[int | None]] = {n: [None] for n in range(self.BATCHES)}

    def inputs(self, batch, number):
        return [
            {"Values": [str(batch), str(at)], "Parameters": {"number": str(number)}}
            for at in range(self.SIZE)
        ]

    def step(self, s3, glue):
        batch = self.rng.choice(list(self.possible))
        (now,) = self.possible[batch]
        if now is None:
            self.change(batch, self.next(), "create")
            inputs = self.inputs(batch, self.number)
            answer = glue.batch_create_partition(**self.where, PartitionInputList=inputs)
        elif self.rng.random() < 0.5:
            self.change(batch, None, "delete")
            values = [{"Values": entry["Values"]} for entry in self.inputs(batch, 0)]
            answer = glue.batch_delete_partition(**self.where, PartitionsToDelete=values)
        else:
            self.change(batch, self.next(), "update")
            entries = [
                {"PartitionValueList": entry["Values"], "PartitionInput": entry}
                for entry in self.inputs(batch, self.number)
            ]
            answer = glue.batch_update_partition(**self.where, Entries=entries)
        if answer.get("Errors"):
            raise self.lost(f"a batch was refused in part: {answer['Errors'][:2]}")
        self.possible[batch] = self.possible[batch][-1:]
        self.done()

    def change(self, batch, state, what):
        self.note(f"{what} batch {batch} to {state}")
        self.possible[batch] = [*self.possible[batch], state]

    def verify(self, s3, glue):
        pages = glue.get_paginator("get_partitions").paginate(**self.where)
        found: dict[int, dict[int, int]] = {}
        for page in pages:
            for partition in page["Partitions"]:
                batch, at = map(int, partition["Values"])
                found.setdefault(batch, {})[at] = int(partition["Parameters"]["number"])
        for batch, states in self.possible.items():
            there = found.pop(batch, {})
            now = self.state_of(batch, there)
            if now not in states:
                raise self.lost(f"batch {batch} is {now}, and may be only {states}")
            self.possible[batch] = [now]
        if found:
            raise self.lost(f"batches that were never created: {sorted(found)}")

    def state_of(self, batch, there) -> int | None:
        if not there:
            return None
        numbers = set(there.values())
        if len(numbers) != 1 or sorted(there) != list(range(self.SIZE)):
            raise self.lost(f"batch {batch} is half there: {there}")
        return numbers.pop()
