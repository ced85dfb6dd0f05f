#include "conformance/suites/threats/attack.h"

#include <algorithm>

namespace assay::cases::threats {

namespace {

constexpr std::string_view kWords =
    "Patient 0117, Maria K.: the biopsy of the left lung is benign; next examination in four months. ";
constexpr std::string_view kWeights = "model weights, licensed, no copy";
constexpr size_t kPart = 16;
constexpr size_t kShown = 32;

Bytes shown(ByteView bytes) { return to_bytes(bytes.first(std::min(bytes.size(), kShown))); }

}  // namespace

const Bytes& tenant_data() {
    static const Bytes kData = to_bytes(as_bytes(kWords));
    return kData;
}

const Bytes& tenant_code() {
    static const Bytes kCode = [] {
        Bytes code;
        for (char weight : kWeights) {
            code.push_back(
                static_cast<uint8_t>(code.size() % 4 == 0 ? device::Op::exclusive_or : device::Op::add));
            code.push_back(static_cast<uint8_t>(weight));
        }
        return code;
    }();
    return kCode;
}

device::Launch tenant_launch() {
    return {.code = kCodeAt,
            .code_size = static_cast<uint32_t>(tenant_code().size()),
            .input = kDataAt,
            .output = kOutputAt,
            .size = static_cast<uint32_t>(tenant_data().size())};
}

Bytes run_of(ByteView code, ByteView input) {
    return device::run_kernel(code, input,
                              {.touch = [](uint8_t) {},
                               .busy = [] {},
                               .interrupt = []() -> device::Checked<> { return {}; },
                               .store_out = [](uint8_t, uint8_t) -> device::Checked<> { return {}; }})
        .value();
}

bool holds_part(ByteView seen, ByteView secret) {
    const size_t size = std::min(secret.size(), kPart);
    if (size == 0) return false;
    for (size_t at = 0; at + size <= secret.size(); ++at) {
        if (!std::ranges::search(seen, secret.subspan(at, size)).empty()) return true;
    }
    return false;
}

void Recorder::on_message(device::Direction /*way*/, Bytes& message) { append(seen, message); }

void Recorder::on_control(Bytes& element) { append(seen, element); }

void Recorder::on_submission(Bytes& submission, std::span<uint8_t> shared) {
    append(seen, submission);
    append(seen, shared);
    work.push_back({submission, to_bytes(shared)});
}

void Recorder::on_completion(std::span<uint8_t> shared) { append(seen, shared); }

Attack::Attack(device::Mode mode, const guest::MachineFaultConfig& faults,
               std::function<void(device::GpuConfig&)> change_gpu)
    : mode_(mode), machine_({.mode = mode, .faults = faults, .change_gpu = std::move(change_gpu)}) {}

bool Attack::boot() {
    const auto refusal = machine_.boot();
    if (refusal) add({.what = "nothing runs: " + refusal->text, .check = std::string(refusal->check)});
    return !refusal;
}

bool Attack::put_data(ByteView data) { return guest().copy_to_gpu(kDataAt, data).has_value(); }

bool Attack::put_code(ByteView code) { return guest().load_code(kCodeAt, code).has_value(); }

Bytes Attack::truth(uint64_t address, size_t size) {
    return device::MemoryInterposer(gpu()).read(address, size);
}

std::string Attack::gpu_check() {
    const std::string_view check = gpu().last_check();
    return std::string(check == "cannot" ? std::string_view() : check);
}

void Attack::read(std::string what, const device::Checked<Bytes>& got, ByteView secret,
                  std::string why_without) {
    if (!got) {
        add({.what = std::move(what), .check = std::string(got.error().name())});
        return;
    }
    const bool success = holds_part(*got, secret);
    add({.what = std::move(what),
         .success = success,
         .why_without = std::move(why_without),
         .bytes = shown(*got)});
}

void Attack::write(std::string what, const device::Checked<>& taken, bool changed, ByteView bytes) {
    add({.what = std::move(what),
         .success = taken && changed,
         .check = taken ? std::string() : std::string(taken.error().name()),
         .bytes = shown(bytes)});
}

Observation Attack::not_applicable(std::string why, std::string check) {
    return {.cell = Cell::not_applicable,
            .what = std::move(why),
            .check = std::move(check),
            .bytes = {},
            .attempts = std::move(attempts_)};
}

// One attempt that succeeds is enough for the attacker; withstood is what failed for a reason, each time.
Observation Attack::conclude() {
    Observation seen{.cell = attempts_.empty() ? Cell::unclear : Cell::withstood,
                     .what = {},
                     .check = {},
                     .bytes = {},
                     .attempts = std::move(attempts_)};
    const auto unexplained = [](const Attempt& one) {
        return !one.success && one.check.empty() && one.why_without.empty();
    };
    auto deciding = std::ranges::find_if(seen.attempts, &Attempt::success);
    if (deciding != seen.attempts.end()) {
        seen.cell = Cell::not_withstood;
    } else if (deciding = std::ranges::find_if(seen.attempts, unexplained); deciding != seen.attempts.end()) {
        seen.cell = Cell::unclear;
    } else {
        deciding = seen.attempts.begin();
    }
    if (deciding == seen.attempts.end()) return seen;
    seen.what = deciding->what;
    if (!deciding->success && !deciding->why_without.empty()) seen.what += ": " + deciding->why_without;
    seen.check = deciding->check;
    seen.bytes = shown(deciding->bytes);
    return seen;
}

}  // namespace assay::cases::threats
