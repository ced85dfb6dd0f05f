// Two ends of the encrypted path and somebody who has the memory and the way between them.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>

#include "fuzz/coverage.h"
#include "fuzz/entries.h"
#include "fuzz/transfer_oracles.h"
#include "fuzz/transfer_steps.h"
#include "stack/transfer/gpu_endpoint.h"
#include "stack/transfer/guest_endpoint.h"

namespace assay::fuzz {

namespace {

using namespace transfer;

constexpr uint32_t kStep = 200;
constexpr size_t kDeviceSize = 1024, kPageSize = 32, kBufferSize = 96, kBuffers = 4;
constexpr size_t kSharedSize = kStagingAt + kBuffers * (kBufferSize + 64);
constexpr size_t kMostMessages = 200;  // of an RPC, bytes

class Memory final : public DeviceMemory {
   public:
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        if (address > bytes.size() || size > bytes.size() - address) return {};
        return std::span(bytes).subspan(address, size);
    }
    Bytes bytes = Bytes(kDeviceSize);
};

// What the environment wants planted or waived.
Checker wanted_checker() {
    Waivers waivers;
#ifdef ASSAY_HARNESS
    const char* defect = std::getenv("ASSAY_DEFECT");
    const char* check = std::getenv("ASSAY_WAIVE");
    if (auto wanted = defect != nullptr ? defect_from_name(defect) : std::nullopt) waivers.plant(*wanted);
    if (auto wanted = check != nullptr ? check_from_name(check) : std::nullopt) waivers.waive(*wanted);
#endif
    return Checker(waivers);
}

class Run {
   public:
    Run(ByteView input, const crypto::Provider& provider)
        : watch_(provider), config_(config_of(input[0], watch_)), marker_(SeededRandom(5).bytes(16)) {
        program_ = parse_transfer_program(input.subspan(kTransferPrefix));
        revive();
    }

    void all() {
        for (const TransferStep& step : program_) {
            const bool guest_failed = guest_->failure().has_value();
            const bool gpu_failed = gpu_->failure().has_value();
            refusal_.reset();
            take(step);
            no_iv_serves_twice(watch_);
            the_pool_is_bounded(guest_->pool().size(), config_.staging.most);
            if (step.kind != TransferKind::revive) {
                the_latch_holds(*guest_, guest_failed);
                the_latch_holds(*gpu_, gpu_failed);
            }
            if (config_.mode == Mode::cc) plaintext_is_never_shared(shared_, marker_);
            if (!attacked_) nothing_is_lost_without_an_attack(refusal_);
            note(step);
        }
        drain();
    }

   private:
    struct Submission {
        Bytes bytes{};
        std::optional<CopyOp> op{};  // none: not for the copy engines
        uint32_t id = 0;             // 0: no transfer
        uint64_t address = 0;
        Bytes data{};  // of a write
        size_t size = 0;
    };
    struct Flying {
        size_t size = 0;  // of a read
        bool executed = false;
        std::optional<Bytes> expected;  // of a read that was executed
    };

    static EndpointConfig config_of(uint8_t choice, const crypto::Provider& provider) {
        static const Checker kWanted = wanted_checker();
        EndpointConfig config;
        config.provider = &provider;
        config.checker = kWanted;
        config.mode = choice % 4 == 1 ? Mode::apm : choice % 4 == 2 ? Mode::off : Mode::cc;
        config.channels = 2;
        config.mask = {9, 8, 7, 6, 5, 4, 3, 2, 1};
        config.staging = {
            .buffer_size = kBufferSize, .page_size = kPageSize, .initial = 1, .most = kBuffers - 1};
        if ((choice & 4) != 0) config.message_limit = 12;
        if ((choice & 8) != 0) config.thresholds = {.lower = 30, .upper = 60};
        return config;
    }

    void revive() {
        const Bytes secret = SeededRandom(100 + session_++).bytes(kExportSecretSize);
        shared_ = Bytes(kSharedSize);
        saved_ = shared_;
        memory_.bytes = expected_ = Bytes(kDeviceSize);
        sent_.clear();
        delivered_ = accepted_ = 0;
        flying_.clear();
        attacked_ = closed_ = false;
        for (auto& queue : rpc_) queue = {};
        for (auto& buffer : faults_) buffer = {};
        guest_ = GuestEndpoint::make(SecretBytes(secret), shared_, config_).value();
        gpu_ = GpuEndpoint::make(SecretBytes(secret), shared_, config_, memory_).value();
        if (!guest_->set_ready() || !gpu_->set_ready()) violated("a new path can be made ready", "it cannot");
    }

    void take(const TransferStep& step) {
        switch (step.kind) {
            case TransferKind::begin_write: return begin_write(step);
            case TransferKind::begin_read: return begin_read(step);
            case TransferKind::execute: return execute_next();
            case TransferKind::finish: return finish(step.a);
            case TransferKind::rotate:
                return begun(guest_->begin_rotation(step.a % 2), {.op = CopyOp::rotate});
            case TransferKind::rotate_iv:
                return begun(guest_->begin_iv_rotation(step.a % 2), {.op = CopyOp::rotate_iv});
            case TransferKind::send_rpc: return send_rpc(step);
            case TransferKind::receive_rpc: return receive_next_rpc(step.a % 2);
            case TransferKind::write_fault: return write_fault(step.a % 2);
            case TransferKind::read_fault: return read_fault(step.a % 2, step.b % 2 == 1);
            case TransferKind::launch: return launch(step);
            case TransferKind::tick: guest_->tick(); return gpu_->tick();
            case TransferKind::ready: return change_readiness(step.a);
            case TransferKind::revive: return revive();
            default: return attack(step);
        }
    }

    void attack(const TransferStep& step) {
        const size_t at = (step.a * 256U + step.b) % kSharedSize;
        switch (step.kind) {
            case TransferKind::save: saved_ = shared_; return;
            case TransferKind::resubmit: attacked_ = true; return resubmit(step.a);
            case TransferKind::resend_rpc: attacked_ = true; return resend_rpc(step);
            default: break;
        }
        attacked_ = true;
        switch (step.kind) {
            case TransferKind::tamper: shared_[at] ^= step.c; return;
            case TransferKind::restore:
                std::copy_n(saved_.begin() + static_cast<ptrdiff_t>(at),
                            std::min<size_t>(step.c, kSharedSize - at),
                            shared_.begin() + static_cast<ptrdiff_t>(at));
                return;
            case TransferKind::splice: return splice(step);
            case TransferKind::drop_submission: delivered_ += delivered_ < sent_.size() ? 1 : 0; return;
            case TransferKind::alter_submission: return alter_submission(step);
            case TransferKind::alter_rpc: return alter_rpc(step);
            default: return alter_fault(step);
        }
    }

    template <class T>
    bool settled(const Checked<T>& result) {
        if (!result) refusal_ = result.error();
        return result.has_value();
    }

    // Tenant data: the marker at the beginning of each page, then what no other transfer has.
    Bytes tenant_data(size_t size) {
        Bytes data = SeededRandom(1000 + ++transfers_).bytes(size);
        for (size_t i = 0; i < size; ++i) {
            if (i % kPageSize < marker_.size()) data[i] = marker_[i % kPageSize];
        }
        return data;
    }

    void begin_write(const TransferStep& step) {
        const Traffic traffic = (step.a & 4) != 0 ? Traffic::code : Traffic::data;
        Submission one{
            .op = CopyOp::write, .address = step.b, .data = tenant_data(step.c % (kBufferSize + 8))};
        const Bytes data = one.data;
        begun(guest_->begin_write(step.a % 2, traffic, step.b, data), std::move(one));
    }

    void begin_read(const TransferStep& step) {
        const size_t size = step.c % (kBufferSize + 8);
        begun(guest_->begin_read(step.a % 2, step.b, size),
              {.op = CopyOp::read, .address = step.b, .size = size});
    }

    void begun(const Checked<Transfer>& transfer, Submission one) {
        if (!settled(transfer)) return;
        one.id = transfer->id;
        one.bytes = transfer->submission;
        flying_[one.id].size = one.size;
        submitted(std::move(one));
    }

    void submitted(Submission one) {
        past_.push_back(one.bytes);
        sent_.push_back(std::move(one));
    }

    void launch(const TransferStep& step) {
        const Method methods[] = {{0x1000U + step.a, step.b}};
        auto submission = guest_->submit(methods);
        if (settled(submission)) submitted({.bytes = std::move(*submission)});
    }

    void execute_next() {
        if (delivered_ == sent_.size()) return;
        give(Bytes(sent_[delivered_++].bytes));
    }

    // A submission goes to the GPU; it is taken if it is the one that is due.
    void give(const Bytes& bytes) {
        const bool due = accepted_ < sent_.size() && bytes == sent_[accepted_].bytes;
        const Submission one = due ? sent_[accepted_] : Submission{};
        const bool taken = settled(gpu_->execute(bytes));
        if (config_.mode == Mode::cc) only_what_is_due_is_taken(taken, due);
        if (taken && due) {
            ++accepted_;
            apply(one);
        }
        compare_device(one);
    }

    void apply(const Submission& one) {
        reached(fmt::format("executed {} in mode {}", one.op ? static_cast<unsigned>(*one.op) : 0,
                            static_cast<unsigned>(config_.mode)));
        if (one.op == CopyOp::write) {
            std::ranges::copy(one.data, expected_.begin() + static_cast<ptrdiff_t>(one.address));
        }
        if (flying_.contains(one.id)) flying_[one.id].executed = true;
        if (one.op == CopyOp::read && flying_.contains(one.id)) {
            flying_[one.id].expected = to_bytes(ByteView(expected_).subspan(one.address, one.size));
        }
    }

    // Without integrity the device may hold anything.
    bool is_authentic() const { return config_.mode == Mode::cc || !attacked_; }

    void compare_device(const Submission& one) {
        if (!is_authentic()) {
            expected_ = memory_.bytes;
            return;
        }
        const bool wiped = refusal_ && refusal_->check == Check::block_tag && one.op == CopyOp::write;
        if (wiped) {
            std::fill_n(expected_.begin() + static_cast<ptrdiff_t>(one.address), one.data.size(), uint8_t{0});
        }
        the_device_holds_what_was_sent(memory_.bytes, expected_);
    }

    void resubmit(uint8_t which) {
        if (!past_.empty()) give(Bytes(past_[which % past_.size()]));
    }

    void alter_submission(const TransferStep& step) {
        if (delivered_ == sent_.size()) return;
        Bytes bytes = sent_[delivered_].bytes;
        bytes[step.a % bytes.size()] ^= step.b;
        bytes.resize(bytes.size() - std::min<size_t>(step.c % 8, bytes.size()));
        give(bytes);
    }

    void finish(uint8_t which) {
        if (flying_.empty()) return;
        auto found = flying_.begin();
        std::advance(found, which % flying_.size());
        Bytes out(found->second.size, 0);
        const bool done = settled(guest_->finish(found->first, out));
        if (!done) {
            if (config_.mode == Mode::cc) nothing_arrives_from_a_refusal(out);
            return;
        }
        if (is_authentic()) {
            Bytes again(out.size());
            a_transfer_ends_once(found->second.executed, guest_->finish(found->first, again).has_value());
        }
        if (!out.empty() && is_authentic()) {
            what_arrives_is_what_was_sent(out, found->second.expected.value_or(Bytes()), "a read");
            reached("a read arrived");
        }
        flying_.erase(found);
    }

    void change_readiness(uint8_t how) {
        Endpoint& end = (how & 1) != 0 ? static_cast<Endpoint&>(*gpu_) : *guest_;
        closed_ = closed_ || how % 8 >= 4;
        if (how % 8 < 4) settled(end.set_ready());
        if (how % 8 == 4 || how % 8 == 5) end.drop_ready();
        if (how % 8 > 5) end.close(Refusal{Check::not_ready, {}});
    }

    // One direction of RPC: 0 from the guest.
    struct Queue {
        std::deque<std::pair<Bytes, Bytes>> due;  // element and message
        std::vector<Bytes> past;
    };

    void send_rpc(const TransferStep& step) {
        Endpoint& from = step.a % 2 == 0 ? static_cast<Endpoint&>(*guest_) : *gpu_;
        const Bytes message = tenant_data(step.b % kMostMessages);
        auto element = from.send_rpc(message);
        if (!settled(element)) return;
        if (config_.mode == Mode::cc && message.size() >= marker_.size()) {
            plaintext_is_never_shared(*element, marker_);
        }
        Queue& queue = rpc_[step.a % 2];
        queue.past.push_back(*element);
        queue.due.emplace_back(std::move(*element), message);
    }

    // `element` goes to who receives that direction; what it gives must be the message that is due.
    void give_rpc(size_t direction, ByteView element) {
        Endpoint& to = direction == 0 ? static_cast<Endpoint&>(*gpu_) : *guest_;
        auto message = to.receive_rpc(element);
        if (!settled(message) || !message->has_value()) return;
        Queue& queue = rpc_[direction];
        if (is_authentic()) {
            what_arrives_is_what_was_sent(
                **message, queue.due.empty() ? ByteView() : queue.due.front().second, "an RPC");
            only_what_is_due_is_taken(true, !queue.due.empty());
        }
        reached("an RPC arrived");
        if (!queue.due.empty()) queue.due.pop_front();
    }

    void receive_next_rpc(size_t direction) {
        if (rpc_[direction].due.empty()) return;
        const Bytes element = rpc_[direction].due.front().first;
        give_rpc(direction, element);
    }

    void resend_rpc(const TransferStep& step) {
        const std::vector<Bytes>& past = rpc_[step.c % 2].past;
        if (!past.empty()) give_rpc(step.a % 2, past[step.b % past.size()]);
    }

    void alter_rpc(const TransferStep& step) {
        if (rpc_[step.a % 2].due.empty()) return;
        Bytes element = rpc_[step.a % 2].due.front().first;
        element[step.b] ^= 0x10;
        if (step.c % 2 == 1) element[kRpcChecksumAt + step.b % 4] ^= 0x10;
        give_rpc(step.a % 2, element);
    }

    struct Faults {
        std::deque<std::pair<Bytes, Bytes>> due;  // entry and packet
        std::vector<Bytes> past;
    };
    static FaultKind fault_kind(size_t kind) {
        return kind == 0 ? FaultKind::replayable : FaultKind::non_replayable;
    }

    void write_fault(size_t kind) {
        const Bytes packet = tenant_data(kFaultPacketSize);
        Bytes entry(kFaultEntrySize);
        if (!settled(gpu_->write_fault(fault_kind(kind), packet, entry))) return;
        if (config_.mode == Mode::cc) plaintext_is_never_shared(entry, marker_);
        faults_[kind].due.emplace_back(entry, packet);
        faults_[kind].past.push_back(entry);
    }

    void read_fault(size_t kind, bool skipped) {
        auto& due = faults_[kind].due;
        if (due.empty()) return;
        auto [entry, packet] = due.front();
        if (skipped) {
            if (settled(guest_->skip_fault(fault_kind(kind), entry))) due.pop_front();
            return;
        }
        auto read = guest_->read_fault(fault_kind(kind), entry);
        if (!settled(read)) return;
        if (is_authentic()) what_arrives_is_what_was_sent(*read, packet, "a fault");
        reached("a fault arrived");
        due.pop_front();
    }

    void alter_fault(const TransferStep& step) {
        auto& [due, past] = faults_[step.a % 2];
        if (past.empty()) return;
        // Without a change it is one that came before.
        Bytes entry = step.c == 0 || due.empty() ? past[step.b % past.size()] : due.front().first;
        if (step.c != 0) entry[step.b % (kFaultValidAt + 1)] ^= step.c;
        const bool is_due = !due.empty() && entry == due.front().first;
        const bool taken = settled(guest_->read_fault(fault_kind(step.a % 2), entry));
        if (config_.mode == Mode::cc) only_what_is_due_is_taken(taken, is_due);
        if (taken && !due.empty()) due.pop_front();
    }

    void splice(const TransferStep& step) {
        const StagingArea& area = guest_->staging();
        constexpr size_t kPages = kBufferSize / kPageSize;
        const size_t from = step.a % (kBuffers * kPages), to = step.b % (kBuffers * kPages);
        if (from / kPages >= area.buffers() || to / kPages >= area.buffers()) return;
        const auto page = [&](size_t at) { return area.page(at / kPages, at % kPages, kBufferSize); };
        const auto tag = [&](size_t at) { return area.tag(at / kPages, at % kPages); };
        std::ranges::copy(page(from), page(to).begin());
        if (step.c % 2 == 1) std::ranges::copy(tag(from), tag(to).begin());
    }

    // Where nobody meddled, everything that is under way ends well.
    void drain() {
        if (attacked_ || closed_) return;
        refusal_.reset();
        while (delivered_ < sent_.size() && !refusal_) execute_next();
        while (!flying_.empty() && !refusal_) finish(0);
        for (size_t direction : {0U, 1U}) {
            while (!rpc_[direction].due.empty() && !refusal_) receive_next_rpc(direction);
            while (!faults_[direction].due.empty() && !refusal_) read_fault(direction, false);
        }
        if (refusal_) violated("nothing is lost without an attack", refusal_->text());
    }

    void note(const TransferStep& step) {
        const uint32_t refused = refusal_ ? 1 + static_cast<uint32_t>(refusal_->check) : 0;
        const uint32_t versions = std::min<uint32_t>(guest_->data_channel(0).to_gpu_keys->version(), 20);
        feature(kStep, static_cast<uint32_t>(step.kind) | static_cast<uint32_t>(config_.mode) << 8, refused,
                versions | static_cast<uint32_t>(std::min<size_t>(guest_->in_flight(), 4)) << 8 |
                    (attacked_ ? 1U << 16 : 0));
        if (refusal_) reached("refused by " + std::string(info(refusal_->check).name));
    }

    IvWatch watch_;
    EndpointConfig config_;
    Bytes marker_;
    std::vector<TransferStep> program_;
    uint64_t session_ = 0, transfers_ = 0;
    Bytes shared_, saved_;
    Memory memory_;
    Bytes expected_;  // what the device should hold
    std::unique_ptr<GuestEndpoint> guest_;
    std::unique_ptr<GpuEndpoint> gpu_;
    std::vector<Submission> sent_;  // under the keys of now
    size_t delivered_ = 0;          // of them, to the GPU or to nowhere
    size_t accepted_ = 0;           // by the GPU: the next one is due
    std::vector<Bytes> past_;       // of every session
    std::map<uint32_t, Flying> flying_;
    Queue rpc_[2];
    Faults faults_[2];
    std::optional<Refusal> refusal_;  // of the step at hand
    bool attacked_ = false, closed_ = false;
};

}  // namespace

void transfer_program(ByteView input) {
    if (input.size() < kTransferPrefix) return;
    Run(input, crypto::fast_provider()).all();
}

void transfer_program_real(ByteView input) {
    if (input.size() < kTransferPrefix) return;
    Run(input, crypto::openssl_provider()).all();
}

}  // namespace assay::fuzz
