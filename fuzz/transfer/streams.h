// The streams of a transfer program that go besides staging: RPC elements and fault packets.
#pragma once

#include <deque>
#include <vector>

#include "fuzz/transfer/ends.h"
#include "fuzz/transfer/steps.h"

namespace assay::fuzz {

class TransferStreams {
   public:
    explicit TransferStreams(TransferEnds& ends) : ends_(ends) {}

    // Of a new session.
    void clear();
    void send_rpc(const TransferStep& step);
    void receive_next_rpc(size_t direction);
    void write_fault(size_t kind);
    void read_fault(size_t kind, bool skipped);
    // What somebody between the ends does.
    void resend_rpc(const TransferStep& step);
    void alter_rpc(const TransferStep& step);
    void alter_fault(const TransferStep& step);
    // Receives what is under way.
    void drain();

   private:
    // `element` goes to who receives that direction; what it gives must be the message that is due.
    void give_rpc(size_t direction, ByteView element);

    // One direction of RPC: 0 from the guest.
    struct Queue {
        std::deque<std::pair<Bytes, Bytes>> due;  // element and message
        std::vector<Bytes> past;
    };
    struct Faults {
        std::deque<std::pair<Bytes, Bytes>> due;  // entry and packet
        std::vector<Bytes> past;
    };

    TransferEnds& ends_;
    Queue rpc_[2];
    Faults faults_[2];
};

}  // namespace assay::fuzz
