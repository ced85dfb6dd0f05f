#include "fuzz/transfer/streams.h"

#include "fuzz/common/coverage.h"
#include "fuzz/transfer/oracles.h"

namespace assay::fuzz {

namespace {

using namespace transfer;

constexpr size_t kMostMessages = 200;  // of an RPC, bytes

FaultKind fault_kind(size_t kind) { return kind == 0 ? FaultKind::replayable : FaultKind::non_replayable; }

}  // namespace

void TransferStreams::clear() {
    for (auto& queue : rpc_) queue = {};
    for (auto& buffer : faults_) buffer = {};
}

void TransferStreams::send_rpc(const TransferStep& step) {
    Endpoint& from = step.a % 2 == 0 ? static_cast<Endpoint&>(*ends_.guest) : *ends_.gpu;
    const Bytes message = ends_.tenant_data(step.b % kMostMessages);
    auto element = from.send_rpc(message);
    if (!ends_.settled(element)) return;
    if (ends_.config.mode == Mode::cc && message.size() >= ends_.marker.size()) {
        plaintext_is_never_shared(*element, ends_.marker);
    }
    Queue& queue = rpc_[step.a % 2];
    queue.past.push_back(*element);
    queue.due.emplace_back(std::move(*element), message);
}

// `element` goes to who receives that direction; what it gives must be the message that is due.
void TransferStreams::give_rpc(size_t direction, ByteView element) {
    Endpoint& to = direction == 0 ? static_cast<Endpoint&>(*ends_.gpu) : *ends_.guest;
    auto message = to.receive_rpc(element);
    if (!ends_.settled(message) || !message->has_value()) return;
    Queue& queue = rpc_[direction];
    if (ends_.is_authentic()) {
        what_arrives_is_what_was_sent(**message, queue.due.empty() ? ByteView() : queue.due.front().second,
                                      "an RPC");
        only_what_is_due_is_taken(true, !queue.due.empty());
    }
    reached("an RPC arrived");
    if (!queue.due.empty()) queue.due.pop_front();
}

void TransferStreams::receive_next_rpc(size_t direction) {
    if (rpc_[direction].due.empty()) return;
    const Bytes element = rpc_[direction].due.front().first;
    give_rpc(direction, element);
}

void TransferStreams::resend_rpc(const TransferStep& step) {
    const std::vector<Bytes>& past = rpc_[step.c % 2].past;
    if (!past.empty()) give_rpc(step.a % 2, past[step.b % past.size()]);
}

void TransferStreams::alter_rpc(const TransferStep& step) {
    if (rpc_[step.a % 2].due.empty()) return;
    Bytes element = rpc_[step.a % 2].due.front().first;
    element[step.b] ^= 0x10;
    if (step.c % 2 == 1) element[kRpcChecksumAt + step.b % 4] ^= 0x10;
    give_rpc(step.a % 2, element);
}

void TransferStreams::write_fault(size_t kind) {
    const Bytes packet = ends_.tenant_data(kFaultPacketSize);
    Bytes entry(kFaultEntrySize);
    if (!ends_.settled(ends_.gpu->write_fault(fault_kind(kind), packet, entry))) return;
    if (ends_.config.mode == Mode::cc) plaintext_is_never_shared(entry, ends_.marker);
    faults_[kind].due.emplace_back(entry, packet);
    faults_[kind].past.push_back(entry);
}

void TransferStreams::read_fault(size_t kind, bool skipped) {
    auto& due = faults_[kind].due;
    if (due.empty()) return;
    auto [entry, packet] = due.front();
    if (skipped) {
        if (ends_.settled(ends_.guest->skip_fault(fault_kind(kind), entry))) due.pop_front();
        return;
    }
    auto read = ends_.guest->read_fault(fault_kind(kind), entry);
    if (!ends_.settled(read)) return;
    if (ends_.is_authentic()) what_arrives_is_what_was_sent(*read, packet, "a fault");
    reached("a fault arrived");
    due.pop_front();
}

void TransferStreams::alter_fault(const TransferStep& step) {
    auto& [due, past] = faults_[step.a % 2];
    if (past.empty()) return;
    // Without a change it is one that came before.
    Bytes entry = step.c == 0 || due.empty() ? past[step.b % past.size()] : due.front().first;
    if (step.c != 0) entry[step.b % (kFaultValidAt + 1)] ^= step.c;
    const bool is_due = !due.empty() && entry == due.front().first;
    const bool taken = ends_.settled(ends_.guest->read_fault(fault_kind(step.a % 2), entry));
    if (ends_.config.mode == Mode::cc) only_what_is_due_is_taken(taken, is_due);
    if (taken && !due.empty()) due.pop_front();
}

void TransferStreams::drain() {
    for (size_t direction : {0U, 1U}) {
        while (!rpc_[direction].due.empty() && !ends_.refusal) receive_next_rpc(direction);
        while (!faults_[direction].due.empty() && !ends_.refusal) read_fault(direction, false);
    }
}

}  // namespace assay::fuzz
