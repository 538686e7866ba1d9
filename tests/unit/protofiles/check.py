#!/usr/bin/python3
"""check.py FOLDER LECTURE: protoc makes of FOLDER/**.proto what is in the .bytes beside each, and the lecture's own
files have no name, number or type that is another one there. Exit status 77 where protoc is missing."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

try:
    from google.protobuf import descriptor_pb2
except ImportError:
    sys.exit(77)
if not shutil.which("protoc"):
    sys.exit(77)

# The lab's names, which came after the lecture's.
RENAMED = {"calculator.Result": "calculator.Calculation", "calculator.Result.value": "calculator.Calculation.result"}
# The lecture answers nothing, which reads any message as its own.
ANSWERED = {"notification.NotificationService.SendNotification", "notification.NotificationService.Broadcast"}

problems = []


def compile_files(folder, includes):
    """A FileDescriptorProto by file name of every .proto in the folder."""
    names = [os.path.relpath(path, folder) for path in glob.glob(f"{folder}/**/*.proto", recursive=True)]
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", *(f"-I{i}" for i in [folder, *includes]), f"--descriptor_set_out={out.name}", *names],
                       check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read()).file
    assert {f.name for f in files} == set(names)
    return {file.name: file for file in files}


def same_as_protoc(folder):
    files = compile_files(folder, [])
    for name, compiled in files.items():
        with open(f"{folder}/{name}.bytes", "rb") as file:
            raw = file.read()
        ours = descriptor_pb2.FileDescriptorProto.FromString(raw)
        if ours != compiled:
            problems.append(f"{name}: protoc has\n{compiled}\nthe bytes have\n{ours}")
        elif raw != compiled.SerializeToString():
            problems.append(f"{name}: the bytes are in another order than protoc's")
        if list(ours.UnknownFields()):
            problems.append(f"{name}: has unknown fields")
    return files


def well_known_agree(files):
    from google.protobuf import empty_pb2, timestamp_pb2
    for module in (empty_pb2, timestamp_pb2):
        theirs, ours = descriptor_pb2.FileDescriptorProto(), descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(theirs)
        ours.CopyFrom(files[theirs.name])
        for field in (f for m in ours.message_type for f in m.field):
            field.ClearField("json_name")
        if ours != theirs:
            problems.append(f"{theirs.name}: google has\n{theirs}\nours is\n{ours}")


def renamed(name):
    return RENAMED.get(name, name)


def qualified(file, name):
    return f"{file.package}.{name}" if file.package else name


def lecture_agrees(files, lecture):
    messages, enums, methods = {}, {}, {}
    for file in files.values():
        for message in file.message_type:
            messages[qualified(file, message.name)] = message
        for enum in file.enum_type:
            enums[qualified(file, enum.name)] = [(v.name, v.number) for v in enum.value]
        for service in file.service:
            for method in service.method:
                methods[f"{qualified(file, service.name)}.{method.name}"] = method
    checked = 0
    for file in lecture.values():
        for message in file.message_type:
            name = qualified(file, message.name)
            ours = messages.get(renamed(name))
            if not ours:
                problems.append(f"{name}: the lecture has it")
                continue
            fields = {field.name: field for field in ours.field}
            for field in message.field:
                there = fields.get(renamed(f"{name}.{field.name}").rsplit(".", 1)[1])
                wanted = (field.number, field.type, field.label, renamed(field.type_name.lstrip(".")))
                found = there and (there.number, there.type, there.label, there.type_name.lstrip("."))
                if wanted != found:
                    problems.append(f"{name}.{field.name}: {found}, in the lecture {wanted}")
                checked += 1
        for enum in file.enum_type:
            name = qualified(file, enum.name)
            wanted = [(v.name, v.number) for v in enum.value]
            if enums.get(name) != wanted:
                problems.append(f"{name}: {enums.get(name)}, in the lecture {wanted}")
            checked += len(wanted)
        for service in file.service:
            for method in service.method:
                name = f"{qualified(file, service.name)}.{method.name}"
                ours = methods.get(name)
                if not ours:
                    problems.append(f"{name}: the lecture has it")
                    continue
                wanted = (renamed(method.input_type[1:]), renamed(method.output_type[1:]), method.client_streaming,
                          method.server_streaming)
                found = (ours.input_type[1:], wanted[1] if name in ANSWERED else ours.output_type[1:],
                         ours.client_streaming, ours.server_streaming)
                if wanted != found:
                    problems.append(f"{name}: {found}, in the lecture {wanted}")
                checked += 1
    if checked < 50:
        problems.append(f"the lecture's files have only {checked} names")


def main():
    folder, lecture = sys.argv[1:]
    files = same_as_protoc(folder)
    well_known_agree(files)
    lecture_agrees(files, compile_files(lecture, [folder]))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
