#include "fuzz/transfer/seeds.h"

#include <fmt/format.h>

#include "fuzz/transfer/steps.h"

namespace assay::fuzz {

namespace {

using enum TransferKind;
using Steps = std::vector<TransferStep>;

Steps joined(std::initializer_list<Steps> parts) {
    Steps all;
    for (const Steps& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Steps repeated(const Steps& part, size_t times) {
    Steps all;
    for (size_t i = 0; i < times; ++i) all.insert(all.end(), part.begin(), part.end());
    return all;
}

const Steps kWrite = {{begin_write, 0, 10, 96}, {execute}, {finish}};
const Steps kRead = {{begin_read, 1, 10, 80}, {execute}, {finish}};
const Steps kRotation = {{rotate}, {execute}, {finish}};
const Steps kIvRotation = {{rotate_iv}, {execute}, {finish}};
const Steps kRpc = {{send_rpc, 0, 40}, {receive_rpc, 0}, {send_rpc, 1, 0}, {receive_rpc, 1}};
const Steps kFaults = {{write_fault, 0}, {write_fault, 0}, {read_fault, 0, 1},
                       {read_fault, 0},  {write_fault, 1}, {read_fault, 1}};
// Under way across a rotation, finished in another order.
const Steps kInFlight = {{begin_write, 0, 0, 96},
                         {begin_read, 0, 50, 96},
                         {rotate, 0},
                         {begin_write, 0, 8, 32},
                         {execute},
                         {execute},
                         {execute},
                         {execute},
                         {finish, 3},
                         {finish, 1},
                         {finish, 1},
                         {finish, 0}};

}  // namespace

void write_transfer_seeds(const WriteSeed& write) {
    const std::pair<const char*, Steps> programs[] = {
        {"copies", joined({kWrite, kRead, {{begin_write, 5, 0, 50}, {execute}, {finish}}})},
        {"rpc", joined({kRpc, kRpc, {{resend_rpc, 0, 0, 0}}})},
        {"faults", joined({kFaults, kFaults})},
        {"in_flight", joined({kInFlight, kInFlight})},
        {"launch", {{launch, 1, 2}, {execute}, {resubmit, 0}}},
        {"full", repeated({{begin_write, 0, 0, 8}}, 4)},
        {"many_rotations",
         joined({{{begin_write, 0, 0, 96}, {execute}}, repeated({{rotate}, {execute}, {finish, 1}}, 17)})},
        {"iv_rotation", joined({kWrite, kIvRotation, kWrite, repeated(kWrite, 6)})},
        {"iv_rotation_in_flight", {{begin_write, 0, 0, 8}, {rotate_iv, 0}, {rotate, 0}, {rotate, 0}}},
        {"work",
         joined({repeated(kWrite, 5), {{tick}}, kRotation, repeated(kWrite, 10), {{tick}, {rotate}}})},
        {"late", joined({{{rotate}}, repeated({{tick}}, 7), {{execute}, {finish}, {begin_write, 0, 0, 4}}})},
        {"dropped_ready", joined({{{ready, 4}, {ready, 0}, {ready, 7}, {ready, 1}, {revive}}, kWrite})},
        {"wrong", {{finish}, {begin_write, 0, 0, 0}, {begin_write, 0, 0, 100}, {begin_read}, {finish}}},
        {"tampered_page", {{begin_write, 0, 0, 40}, {tamper, 0, 70, 1}, {execute}, {finish}, {ready, 1}}},
        {"tampered_read", {{begin_read, 0, 0, 40}, {execute}, {tamper, 0, 70, 1}, {finish}, {ready, 0}}},
        {"tampered_semaphore", joined({{{begin_write, 0, 0, 40}, {execute}, {tamper, 0, 4, 1}},
                                       repeated({{finish}}, 3),
                                       {{tamper, 0, 4, 1}, {finish}}})},
        {"held_semaphore",
         joined({{{begin_write, 0, 0, 40}, {execute}, {tamper, 0, 4, 1}}, repeated({{finish}}, 60)})},
        {"replayed_page", joined({{{save}},
                                  kWrite,
                                  {{save}},
                                  kWrite,
                                  {{begin_read, 0, 0, 9}, {restore, 0, 0, 255}, {execute}, {finish}}})},
        {"spliced", {{begin_write, 0, 0, 96}, {splice, 0, 1, 1}, {splice, 1, 2, 0}, {execute}}},
        {"resubmitted", joined({kWrite, {{resubmit, 0}}, kWrite})},
        {"reordered", {{begin_write, 0, 0, 9}, {begin_write, 0, 9, 9}, {resubmit, 1}, {execute}}},
        {"dropped", {{begin_write, 0, 0, 9}, {begin_read, 0, 9, 9}, {drop_submission}, {execute}, {finish}}},
        {"altered_submission", {{launch, 1, 1}, {alter_submission, 9, 1, 0}, {execute}}},
        {"cut_submission",
         {{launch, 1, 1},
          {alter_submission, 9, 0, 7},
          {alter_submission, 0, 1, 0},
          {alter_submission, 0, 0x41, 0},
          {execute}}},
        {"altered_rpc",
         {{send_rpc, 0, 9},
          {alter_rpc, 0, 60, 0},
          {alter_rpc, 0, 36, 1},
          {alter_rpc, 0, 40, 1},
          {receive_rpc, 0},
          {send_rpc, 0, 9},
          {alter_rpc, 0, 60, 1}}},
        {"reflected_rpc", {{send_rpc, 0, 9}, {resend_rpc, 1, 0, 0}}},
        {"altered_fault", {{write_fault, 0}, {alter_fault, 0, 3, 1}, {read_fault, 0}}},
        {"tampered_tag", {{begin_write, 0, 0, 96}, {tamper, 0, 170, 1}, {execute}}},
        {"late_mac", {{launch, 1, 1}, {alter_submission, 40, 1, 0}}},
        {"other_valid", {{write_fault, 0}, {alter_fault, 0, 48, 2}}},
        {"replayed_single", joined({{{begin_write, 0, 10, 32}, {save}, {execute}, {finish}},
                                    {{begin_write, 0, 10, 32}, {restore, 0, 64, 255}, {execute}}})},
        {"unreadable", {{begin_write, 0, 0, 40}, {execute}, {tamper, 0, 20, 1}, {finish, 0, 0, 255}}},
        {"pending",
         joined({repeated(kWrite, 4), repeated({{tick}}, 8), {{rotate}, {execute}, {finish}, {tick}}})},
        {"both_rotate", joined({repeated(kWrite, 3), {{tick}}, kRotation, repeated({{tick}}, 7), kWrite})},
        {"small_work", joined({repeated({{begin_write, 0, 0, 1}, {execute}, {finish}}, 9), {{tick}}})},
        {"one_more", joined({repeated(kWrite, 4), {{begin_write, 0, 0, 8}}})},
        {"last_rpcs", repeated({{send_rpc, 0, 40}, {receive_rpc, 0}}, 4)},
        {"old_session", joined({kWrite, {{revive}, {resubmit, 0}}})},
    };
    for (uint8_t choice = 0; choice < 128; ++choice) {
        if (choice % 4 == 3) continue;
        for (const auto& [name, steps] : programs) {
            write("transfer_program", fmt::format("{}_{:x}", name, choice),
                  concat({Bytes{choice}, to_input(steps)}));
        }
    }
}

}  // namespace assay::fuzz
