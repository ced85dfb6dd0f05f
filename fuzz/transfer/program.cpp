// Two ends of the encrypted path and somebody who has the memory and the way between them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fuzz/common/coverage.h"
#include "fuzz/transfer/ends.h"
#include "fuzz/transfer/oracles.h"
#include "fuzz/transfer/steps.h"
#include "fuzz/transfer/streams.h"
#include "fuzz/transfer/targets.h"

namespace assay::fuzz {

namespace {

using namespace transfer;

constexpr uint32_t kStep = 200, kEnds = 202, kPlace = 203, kCounted = 204;
constexpr uint8_t kAgainAndAgain = 255;  // of a step's c

class Run {
   public:
    Run(ByteView input, const crypto::Provider& provider)
        : ends_(input[0], provider), program_(parse_transfer_program(input.subspan(kTransferPrefix))) {
        begin();
    }

    void all() {
        for (const TransferStep& step : program_) {
            const bool guest_failed = ends_.guest->failure().has_value();
            const bool gpu_failed = ends_.gpu->failure().has_value();
            ends_.refusal.reset();
            take(step);
            no_iv_serves_twice(ends_.watch);
            the_pool_is_bounded(ends_.guest->pool().size(), ends_.config.staging.most);
            ticks_ = step.kind == TransferKind::tick ? ticks_ + 1 : 0;
            for (Endpoint* end : ends()) {
                keys_stay_in_their_limits(*end, ends_.config.message_limit);
                a_rotation_ends_in_time(*end, ticks_);
            }
            a_key_stops_at_its_limit(*ends_.guest, kTransferBufferSize);
            counters_do_not_go_back();
            if (step.kind != TransferKind::revive) {
                the_latch_holds(*ends_.guest, guest_failed);
                the_latch_holds(*ends_.gpu, gpu_failed);
            }
            if (ends_.config.mode == Mode::cc) plaintext_is_never_shared(ends_.shared, ends_.marker);
            if (!ends_.attacked && !rotation_failed_) nothing_is_lost_without_an_attack(ends_.refusal);
            // The two ends no longer agree on a key, by rights: what would follow is lost to this program.
            if (rotation_failed_) break;
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
        Bytes staged{};  // of a write: as the guest left it; of a read: as the GPU did
    };
    struct Flying {
        size_t size = 0;  // of a read
        bool executed = false;
        std::optional<Bytes> expected;  // of a read that was executed
        Submission read;
    };

    void revive() {
        ends_.revive();
        begin();
    }

    void begin() {
        saved_ = ends_.shared;
        expected_ = ends_.memory.bytes;
        sent_.clear();
        delivered_ = accepted_ = 0;
        flying_.clear();
        closed_ = false;
        streams_.clear();
        rpcs_sent_ = {};
        ticks_ = 0;
        unreadable_ = 0;
    }

    std::array<Endpoint*, 2> ends() { return {ends_.guest.get(), ends_.gpu.get()}; }

    void counters_do_not_go_back() {
        for (size_t i = 0; i < 2; ++i) {
            if (ends_.failed()) return;
            const uint64_t sent = ends()[i]->rpc_out().channel().counted();
            a_counter_goes_forward(rpcs_sent_[i], sent);
            rpcs_sent_[i] = sent;
        }
    }

    // The pages and tags of a copy, where a submission says that they lie.
    Bytes staged(const Submission& one) const {
        if (!one.op || *one.op > CopyOp::read) return {};
        constexpr size_t kBufferAt = 4 + 3 * kMethodSize + 4;
        const size_t buffer = one.bytes[kBufferAt], size = std::max(one.size, one.data.size());
        const StagingArea& area = ends_.guest->staging();
        Bytes all;
        for (size_t i = 0; i < area.pages(size); ++i) {
            append(all, area.page(buffer, i, size));
            append(all, area.tag(buffer, i));
        }
        return all;
    }

    void take(const TransferStep& step) {
        switch (step.kind) {
            case TransferKind::begin_write: return begin_write(step);
            case TransferKind::begin_read: return begin_read(step);
            case TransferKind::execute: return execute_next();
            case TransferKind::finish: return finish(step);
            case TransferKind::rotate:
                return begun(ends_.guest->begin_rotation(step.a % 2), {.op = CopyOp::rotate});
            case TransferKind::rotate_iv:
                return begun(ends_.guest->begin_iv_rotation(step.a % 2), {.op = CopyOp::rotate_iv});
            case TransferKind::send_rpc: return streams_.send_rpc(step);
            case TransferKind::receive_rpc: return streams_.receive_next_rpc(step.a % 2);
            case TransferKind::write_fault: return streams_.write_fault(step.a % 2);
            case TransferKind::read_fault: return streams_.read_fault(step.a % 2, step.b % 2 == 1);
            case TransferKind::launch: return launch(step);
            case TransferKind::tick: ends_.guest->tick(); return ends_.gpu->tick();
            case TransferKind::ready: return change_readiness(step.a);
            case TransferKind::revive: return revive();
            default: return attack(step);
        }
    }

    void attack(const TransferStep& step) {
        const size_t at = (step.a * 256U + step.b) % kTransferSharedSize;
        switch (step.kind) {
            case TransferKind::save: saved_ = ends_.shared; return;
            case TransferKind::resubmit: ends_.attacked = true; return resubmit(step.a);
            case TransferKind::resend_rpc: ends_.attacked = true; return streams_.resend_rpc(step);
            default: break;
        }
        ends_.attacked = true;
        switch (step.kind) {
            case TransferKind::tamper: ends_.shared[at] ^= step.c; return;
            case TransferKind::restore:
                std::copy_n(saved_.begin() + static_cast<ptrdiff_t>(at),
                            std::min<size_t>(step.c, kTransferSharedSize - at),
                            ends_.shared.begin() + static_cast<ptrdiff_t>(at));
                return;
            case TransferKind::splice: return splice(step);
            case TransferKind::drop_submission: delivered_ += delivered_ < sent_.size() ? 1 : 0; return;
            case TransferKind::alter_submission: return alter_submission(step);
            case TransferKind::alter_rpc: return streams_.alter_rpc(step);
            default: return streams_.alter_fault(step);
        }
    }

    void begin_write(const TransferStep& step) {
        const Traffic traffic = (step.a & 4) != 0 ? Traffic::code : Traffic::data;
        Submission one{.op = CopyOp::write,
                       .address = step.b,
                       .data = ends_.tenant_data(step.c % (kTransferBufferSize + 8))};
        const Bytes data = one.data;
        begun(ends_.guest->begin_write(step.a % 2, traffic, step.b, data), std::move(one));
    }

    void begin_read(const TransferStep& step) {
        const size_t size = step.c % (kTransferBufferSize + 8);
        begun(ends_.guest->begin_read(step.a % 2, step.b, size),
              {.op = CopyOp::read, .address = step.b, .size = size});
    }

    void begun(const Checked<Transfer>& transfer, Submission one) {
        if (!ends_.settled(transfer)) return;
        one.id = transfer->id;
        one.bytes = transfer->submission;
        flying_[one.id].size = one.size;
        one.staged = staged(one);
        submitted(std::move(one));
    }

    void submitted(Submission one) {
        past_.push_back(one.bytes);
        sent_.push_back(std::move(one));
    }

    void launch(const TransferStep& step) {
        const Method methods[] = {{0x1000U + step.a, step.b}};
        auto submission = ends_.guest->submit(methods);
        if (ends_.settled(submission)) submitted({.bytes = std::move(*submission)});
    }

    void execute_next() {
        if (delivered_ == sent_.size()) return;
        give(Bytes(sent_[delivered_++].bytes));
    }

    // A submission goes to the GPU; it is taken if it is the one that is due.
    void give(const Bytes& bytes) {
        const bool due = accepted_ < sent_.size() && bytes == sent_[accepted_].bytes;
        const Submission one = due ? sent_[accepted_] : Submission{};
        const Bytes there = one.op == CopyOp::write ? staged(one) : Bytes();
        const bool taken = ends_.settled(ends_.gpu->execute(bytes));
        if (ends_.config.mode == Mode::cc) {
            only_what_is_due_is_taken(taken, due);
            if (taken && one.op == CopyOp::write) what_is_opened_is_what_was_sealed(there, one.staged);
        }
        // Signed work whose rotation has failed already was taken from the queue all the same.
        const bool used_up = due && !taken && ends_.refusal && ends_.refusal->check == Check::rotation_failed;
        if ((taken && due) || used_up) ++accepted_;
        rotation_failed_ = rotation_failed_ || used_up;
        if (taken && due) apply(one);
        compare_device(one);
    }

    void apply(const Submission& one) {
        reached(fmt::format("executed {} in mode {}", one.op ? static_cast<unsigned>(*one.op) : 0,
                            static_cast<unsigned>(ends_.config.mode)));
        if (one.op == CopyOp::write) {
            std::ranges::copy(one.data, expected_.begin() + static_cast<ptrdiff_t>(one.address));
        }
        if (flying_.contains(one.id)) flying_[one.id].executed = true;
        if (one.op == CopyOp::read && flying_.contains(one.id)) {
            Flying& read = flying_[one.id];
            read.expected = to_bytes(ByteView(expected_).subspan(one.address, one.size));
            read.read = one;
            read.read.staged = staged(one);
        }
    }

    void compare_device(const Submission& one) {
        if (!ends_.is_authentic()) {
            expected_ = ends_.memory.bytes;
            return;
        }
        const bool wiped =
            ends_.refusal && ends_.refusal->check == Check::block_tag && one.op == CopyOp::write;
        if (wiped) {
            std::fill_n(expected_.begin() + static_cast<ptrdiff_t>(one.address), one.data.size(), uint8_t{0});
        }
        the_device_holds_what_was_sent(ends_.memory.bytes, expected_);
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

    void finish(const TransferStep& step) {
        for (size_t i = 0; i < (step.c == kAgainAndAgain ? kSemaphoreTries + 2 : 1); ++i) finish(step.a);
    }

    void finish(uint8_t which) {
        if (flying_.empty()) return;
        auto found = flying_.begin();
        std::advance(found, which % flying_.size());
        Bytes out(found->second.size, 0);
        const Bytes there = staged(found->second.read);
        const bool done = ends_.settled(ends_.guest->finish(found->first, out));
        const bool torn = ends_.refusal && (ends_.refusal->check == Check::semaphore_torn ||
                                            ends_.refusal->check == Check::semaphore_writing);
        unreadable_ = !done && torn ? unreadable_ + 1 : 0;
        tries_are_bounded(unreadable_);
        if (!done) {
            if (ends_.config.mode == Mode::cc) nothing_arrives_from_a_refusal(out);
            return;
        }
        what_is_being_written_is_not_read(ends_.shared);
        if (ends_.is_authentic()) {
            Bytes again(out.size());
            a_transfer_ends_once(found->second.executed,
                                 ends_.guest->finish(found->first, again).has_value());
        }
        if (!out.empty() && ends_.is_authentic()) {
            what_arrives_is_what_was_sent(out, found->second.expected.value_or(Bytes()), "a read");
            if (ends_.config.mode == Mode::cc) {
                what_is_opened_is_what_was_sealed(there, found->second.read.staged);
            }
            reached("a read arrived");
        }
        flying_.erase(found);
    }

    void change_readiness(uint8_t how) {
        Endpoint& end = (how & 1) != 0 ? static_cast<Endpoint&>(*ends_.gpu) : *ends_.guest;
        closed_ = closed_ || how % 8 >= 4;
        if (how % 8 < 4) ends_.settled(end.set_ready());
        if (how % 8 == 4 || how % 8 == 5) end.drop_ready();
        if (how % 8 > 5) end.close(Refusal{Check::not_ready, {}});
    }

    void splice(const TransferStep& step) {
        const StagingArea& area = ends_.guest->staging();
        constexpr size_t kPages = kTransferBufferSize / kTransferPageSize;
        const size_t from = step.a % (kTransferBuffers * kPages), to = step.b % (kTransferBuffers * kPages);
        if (from / kPages >= area.buffers() || to / kPages >= area.buffers()) return;
        const auto page = [&](size_t at) { return area.page(at / kPages, at % kPages, kTransferBufferSize); };
        const auto tag = [&](size_t at) { return area.tag(at / kPages, at % kPages); };
        std::ranges::copy(page(from), page(to).begin());
        if (step.c % 2 == 1) std::ranges::copy(tag(from), tag(to).begin());
    }

    // Where nobody meddled and no rotation was left too long, everything under way ends well, or at a limit.
    void drain() {
        if (ends_.attacked || closed_ || rotation_failed_ || ends_.failed()) return;
        ends_.refusal.reset();
        while (delivered_ < sent_.size() && !ends_.refusal) execute_next();
        while (!flying_.empty() && !ends_.refusal) finish(uint8_t{0});
        streams_.drain();
        if (ends_.refusal && !is_limit(*ends_.refusal)) {
            violated("nothing is lost without an attack", ends_.refusal->text());
        }
    }

    void note(const TransferStep& step) {
        const uint32_t refused = ends_.refusal ? 1 + static_cast<uint32_t>(ends_.refusal->check) : 0;
        const uint32_t versions = std::min<uint32_t>(ends_.guest->data_channel(0).to_gpu_keys->version(), 20);
        feature(kStep, static_cast<uint32_t>(step.kind) | static_cast<uint32_t>(ends_.config.mode) << 8,
                refused,
                versions | static_cast<uint32_t>(std::min<size_t>(ends_.guest->in_flight(), 4)) << 8 |
                    (ends_.attacked ? 1U << 16 : 0));
        feature(kEnds, ends_.choice >> 4, static_cast<uint32_t>(step.kind));
        const uint64_t counted = ends_.guest->data_channel(0).to_gpu.counted();
        feature(kCounted, static_cast<uint32_t>(std::min<uint64_t>(counted, 20)), refused);
        // Where something was changed decides what has to notice.
        if (step.kind >= TransferKind::tamper) {
            feature(kPlace, static_cast<uint32_t>(step.kind), step.a / 8U, step.b / 8U);
        }
        if (ends_.refusal) reached("refused by " + std::string(info(ends_.refusal->check).name));
    }

    TransferEnds ends_;
    TransferStreams streams_{ends_};
    std::vector<TransferStep> program_;
    Bytes saved_;                   // shared memory
    Bytes expected_;                // what the device should hold
    std::vector<Submission> sent_;  // under the keys of now
    size_t delivered_ = 0;          // of them, to the GPU or to nowhere
    size_t accepted_ = 0;           // by the GPU: the next one is due
    std::vector<Bytes> past_;       // of every session
    std::map<uint32_t, Flying> flying_;
    std::array<uint64_t, 2> rpcs_sent_{};
    unsigned ticks_ = 0;            // in a row
    bool rotation_failed_ = false;  // at one end, which leaves the two with different keys
    size_t unreadable_ = 0;         // looks at the semaphore that failed, in a row
    bool closed_ = false;
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
