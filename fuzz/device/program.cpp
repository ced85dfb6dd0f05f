// A machine's life, in any order: power, reset, mode, attestation, copies, programs, keys, heartbeats, and
// everything that can be done to it from outside.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "fuzz/common/coverage.h"
#include "fuzz/device/oracles.h"
#include "fuzz/device/steps.h"
#include "fuzz/device/targets.h"
#include "stack/device/ports.h"
#include "stack/guest/machine.h"

namespace assay::fuzz {

namespace {

using device::Mode;
using guest::Stage;

constexpr uint32_t kStep = 201;
constexpr size_t kSharedSize = 64 + size_t{4} * (4096 + 64), kProtected = 8192, kOpen = 1024;
constexpr size_t kMarker = 16, kMostPast = 32;
constexpr Mode kModes[] = {Mode::off, Mode::devtools, Mode::apm, Mode::cc};

// What the environment wants waived or planted, in whichever module it is.
guest::MachineFaultConfig wanted_faults() {
    guest::MachineFaultConfig faults;
#ifdef ASSAY_HARNESS
    if (const char* name = std::getenv("ASSAY_WAIVE")) {
        if (auto check = device::check_from_name(name)) faults.gpu.waive(*check);
        if (auto check = guest::check_from_name(name)) faults.guest.waive(*check);
        if (auto check = transfer::check_from_name(name)) faults.path.waive(*check);
    }
    const char* name = std::getenv("ASSAY_DEFECT");
    if (auto defect = name != nullptr ? transfer::defect_from_name(name) : std::nullopt) {
        faults.path.plant(*defect);
    }
#endif
    return faults;
}

// What costs much to make and does not change.
struct Factory {
    guest::MachineFaultConfig faults = wanted_faults();
    crypto::PrivateKey vendor = device::vendor_key(guest::kVendor);
    Bytes fuses = guest::fuses_of(1);
    device::DeviceIdentity identity = device::make_identity(guest::kVendor, fuses);
    std::vector<device::Component> firmware = device::make_firmware(vendor);
    std::map<Mode, guest::AttestedVerifier> verifiers;

    Factory() {
        for (const Mode mode : kModes) verifiers.emplace(mode, guest::make_verifier(mode));
    }

    device::GpuConfig gpu(Mode mode, bool capable) const {
        return {.mode = mode,
                .capable = capable,
                .identity = identity,
                .vendor = vendor.public_key(),
                .firmware = firmware,
                .fuses = fuses,
                .protected_size = kProtected,
                .open_size = kOpen,
                .thresholds = {.lower = 600, .upper = 4000},
                .faults = faults.gpu,
                .path_faults = faults.path};
    }
    guest::GuestConfig guest(Mode mode) const {
        return {.mode = mode,
                .roots = {identity.root},
                .time = guest::kToday,
                .thresholds = {.lower = 600, .upper = 4000},
                .faults = faults.guest,
                .path_faults = faults.path};
    }
};
const Factory& factory() {
    static const Factory the_factory;
    return the_factory;
}

// Judges by the model's verifier, notes what it said, and reports another nonce when `wrong_nonce` is set.
class Judge final : public guest::Verifier {
   public:
    guest::VerifierResult judge(const guest::Evidence& evidence, const wire::Nonce& nonce) override {
        guest::AttestedVerifier verifier = factory().verifiers.at(expected);
        guest::VerifierResult judgement = verifier.judge(evidence, nonce);
        if (std::exchange(wrong_nonce, false)) judgement.nonce[0] ^= 1;
        last = {.made = true,
                .accepted = judgement.accepted,
                .given = nonce,
                .judged = judgement.nonce,
                .request = evidence.request};
        return judgement;
    }
    Mode expected = Mode::cc;
    bool wrong_nonce = false;
    LastJudgement last;
};

class Run final : device::Tap {
   public:
    explicit Run(ByteView input)
        : gpu_(factory().gpu(kModes[input[0] % 4], (input[0] & 4) == 0), clock_),
          bus_(gpu_, kSharedSize),
          program_(parse_device_program(input.subspan(kTransferPrefix))),
          known_(kProtected) {
        bus_.set_tap(this);
        new_guest(Mode::cc);
    }

    void all() {
        for (const DeviceStep& step : program_) {
            const Mode before = gpu_.mode();
            const bool ran = gpu_.running();
            took_ = false;
            take(step);
            if (ran && step.kind != DeviceKind::power_on && step.kind != DeviceKind::reset) {
                a_live_mode_stays(before, gpu_.mode());
            }
            the_gate_needs_evidence(guest_->stage(), judge_.last);
            who_is_closed_has_no_keys(*guest_, gpu_);
            look(bus_.shared(), "shared memory");
            look(bus_.host(), "the host's memory");
            note(step);
        }
        bus_.set_tap(nullptr);
    }

   private:
    void take(const DeviceStep& step) {
        switch (step.kind) {
            case DeviceKind::power_on: took_ = bus_.power_on().has_value(); return scrubbed();
            case DeviceKind::reset: took_ = gpu_.reset().has_value(); return scrubbed();
            case DeviceKind::request_mode: took_ = gpu_.request_mode(kModes[step.a % 4]).has_value(); return;
            case DeviceKind::convert: took_ = gpu_.convert(kModes[step.a % 4]).has_value(); return;
            case DeviceKind::attach: return attach(step.a % 2 == 0 ? Mode::cc : Mode::apm);
            case DeviceKind::attest: took_ = guest_->attest().has_value(); return;
            case DeviceKind::beat: return beat();
            case DeviceKind::pass_time: clock_.advance(std::chrono::seconds(step.a)); return gpu_.tick();
            case DeviceKind::shut_down: return guest_->shut_down();
            case DeviceKind::stall: return bus_.set_stalled(step.a % 2 == 1);
            case DeviceKind::put:
            case DeviceKind::load_code:
            case DeviceKind::get:
            case DeviceKind::launch:
            case DeviceKind::rotate: return application(step);
            default: return attack(step);
        }
    }

    void new_guest(Mode mode) {
        judge_.expected = mode;
        judge_.last = {};
        marker_ = SeededRandom(9000 + ++guests_).bytes(kMarker);
        past_.clear();
        guest_ = std::make_unique<guest::Guest>(factory().guest(mode), judge_, random_);
    }

    void attach(Mode mode) {
        if (guests_ > kMaxAttaches) return;
        new_guest(mode);
        forget(0, known_.size());
        took_ = guest_->attach(bus_).has_value();
    }

    // Whatever came of the boot, what was there before is gone.
    void scrubbed() {
        a_reset_scrubs(gpu_);
        forget(0, known_.size());
    }

    void beat() {
        clock_.advance(std::chrono::seconds(std::max<int>(guest_->heartbeat_period(), 1)));
        gpu_.tick();
        took_ = guest_->tick().has_value();
    }

    // Between the addresses that a step can name.
    static constexpr uint64_t kStride = 32;

    static uint64_t address(const DeviceStep& step) { return step.a * kStride + step.b; }

    // The marker, again and again.
    Bytes tenant_data(size_t size, uint8_t seed) const {
        Bytes data(size);
        for (size_t i = 0; i < size; ++i) {
            data[i] = i < size / kMarker * kMarker ? marker_[i % kMarker] : seed;
        }
        return data;
    }

    void application(const DeviceStep& step) {
        const Stage before = guest_->stage();
        const size_t size = step.c * size_t{8};
        switch (step.kind) {
            case DeviceKind::put:
            case DeviceKind::load_code: {
                const Bytes data = tenant_data(size, step.c);
                took_ = step.kind == DeviceKind::put ? guest_->copy_to_gpu(address(step), data).has_value()
                                                     : guest_->load_code(address(step), data).has_value();
                forget(address(step), size);
                if (took_ && is_authentic()) learn(address(step), data);
                break;
            }
            case DeviceKind::get: {
                const auto data = guest_->copy_to_cpu(address(step), size);
                took_ = data.has_value();
                if (took_ && is_authentic() && address(step) + size <= known_.size()) {
                    what_is_read_is_what_was_written(*data, std::span(known_).subspan(address(step), size));
                }
                break;
            }
            case DeviceKind::launch:
                took_ = guest_
                            ->launch({.code = step.a * kStride,
                                      .code_size = 2,
                                      .input = step.a * kStride,
                                      .output = step.b * kStride,
                                      .size = step.c})
                            .has_value();
                forget(step.b * kStride, step.c);
                break;
            default: took_ = guest_->rotate_keys().has_value(); break;
        }
        nothing_is_done_outside_the_gate(before, took_);
    }

    void attack(const DeviceStep& step) {
        switch (step.kind) {
            case DeviceKind::tamper: tamper_ = step; return;
            case DeviceKind::edit_message: edit_ = step; return;
            case DeviceKind::registers: lie_ = step.a; return;
            case DeviceKind::judge: judge_.wrong_nonce = true; return;
            case DeviceKind::resubmit:
                if (!past_.empty()) took_ = bus_.inject(past_[step.a % past_.size()]);
                // Without integrity another's work is done too.
                if (took_ && gpu_.mode() != Mode::cc) forget(0, known_.size());
                return;
            default: return port(step);
        }
    }

    void port(const DeviceStep& step) {
        const uint64_t at = step.b * uint64_t{36};
        const Bytes bytes(16, 0xa5);
        device::BarPort bar(gpu_);
        device::ManagementPort management(gpu_);
        switch (step.kind) {
            case DeviceKind::bar:
                if (step.a % 3 == 0) return saw(bar.read(at, 64), "the window");
                if (step.a % 3 == 1) return saw(bar.peer_read(at, 64), "a peer");
                return changed(bar.write(at, bytes), at, bytes.size());
            case DeviceKind::management:
                if (step.a % 4 == 0) return saw(management.read(at, 64), "management");
                if (step.a % 4 == 1) return changed(management.write(at, bytes), at, bytes.size());
                if (step.a % 4 == 2) took_ = management.load().has_value();
                if (step.a % 4 == 3) took_ = management.replace(factory().firmware[0]).has_value();
                return;
            case DeviceKind::counters: took_ = device::CounterPort(gpu_).read().has_value(); return;
            default: break;
        }
        auto tenant = device::TenantPort::attach(gpu_, 2);
        if (!tenant) return;
        if (step.a % 2 == 0) return saw(tenant->read(at, 64), "another tenant");
        tenant->prime();
        took_ = tenant->probe().has_value();
    }

    void saw(const device::Checked<Bytes>& got, std::string_view where) {
        took_ = got.has_value();
        if (took_) look(*got, where);
    }
    void changed(const device::Checked<>& taken, uint64_t at, size_t size) {
        took_ = taken.has_value();
        if (took_) forget(at, size);
    }

    // In CC mode nobody else sees the tenant's bytes.
    void look(ByteView seen, std::string_view where) const {
        if (gpu_.mode() == Mode::cc && judge_.expected == Mode::cc)
            plaintext_stays_inside(seen, marker_, where);
    }
    bool is_authentic() const { return gpu_.mode() == Mode::cc && judge_.expected == Mode::cc; }

    void learn(uint64_t at, ByteView data) {
        for (size_t i = 0; i < data.size() && at + i < known_.size(); ++i) known_[at + i] = data[i];
    }
    void forget(uint64_t at, size_t size) {
        for (size_t i = 0; i < size && at + i < known_.size(); ++i) known_[at + i].reset();
    }

    // The bus.
    void on_registers(device::Registers& registers) override {
        if (!lie_) return;
        if ((*lie_ & 1) != 0) registers.mode = kModes[(*lie_ >> 1) % 4];
        if ((*lie_ & 8) != 0) registers.capable = !registers.capable;
        if ((*lie_ & 16) != 0) registers.mask[0] ^= 1;
        lie_.reset();
    }
    void on_message(device::Direction /*way*/, Bytes& message) override {
        look(message, "a message");
        if (edit_ && !message.empty()) message[edit_->a % message.size()] ^= edit_->b;
        edit_.reset();
    }
    void on_control(Bytes& element) override {
        look(element, "a control call");
        if (edit_ && !element.empty()) element[edit_->a % element.size()] ^= edit_->b;
        edit_.reset();
    }
    void on_submission(Bytes& submission, std::span<uint8_t> shared) override {
        look(submission, "a submission");
        look(shared, "shared memory");
        if (past_.size() < kMostPast) past_.push_back(submission);
        if (tamper_) shared[(tamper_->a * 256U + tamper_->b) % shared.size()] ^= tamper_->c;
        tamper_.reset();
    }
    void on_completion(std::span<uint8_t> shared) override { look(shared, "shared memory"); }

    void note(const DeviceStep& step) {
        const auto kind = static_cast<uint32_t>(step.kind);
        feature(kStep, kind | (took_ ? 256U : 0),
                static_cast<uint32_t>(gpu_.mode()) << 8 | (gpu_.running() ? 1U : 0),
                static_cast<uint32_t>(guest_->stage()) | (gpu_.has_path() ? 16U : 0));
        if (guest_->failure()) reached(fmt::format("closed by {}", info(guest_->failure()->check).name));
        if (took_) {
            reached(fmt::format("step {} in {} at {}", name(step.kind), device::name(gpu_.mode()),
                                name(guest_->stage())));
        }
    }

    ManualClock clock_;
    SeededRandom random_{17};
    device::Gpu gpu_;
    device::Bus bus_;
    Judge judge_;
    std::unique_ptr<guest::Guest> guest_;
    std::vector<DeviceStep> program_;
    std::vector<std::optional<uint8_t>> known_;  // what the protected memory holds, where that is known
    Bytes marker_;
    size_t guests_ = 0;
    std::vector<Bytes> past_;  // submissions of this guest
    std::optional<DeviceStep> tamper_, edit_;
    std::optional<uint8_t> lie_;
    bool took_ = false;
};

}  // namespace

void device_program(ByteView input) {
    if (input.size() < kTransferPrefix) return;
    Run(input).all();
}

}  // namespace assay::fuzz
