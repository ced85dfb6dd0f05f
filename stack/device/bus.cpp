#include "stack/device/bus.h"

namespace assay::device {

Registers Bus::registers() const {
    Registers registers = gpu_.registers();
    if (tap_ != nullptr) tap_->on_registers(registers);
    return registers;
}

std::optional<Bytes> Bus::exchange(ByteView message, bool& secured) {
    if (stalled_) return std::nullopt;
    Bytes request = to_bytes(message);
    if (tap_ != nullptr) tap_->on_message(Direction::to_gpu, request);
    auto answer = gpu_.receive(request, secured);
    secured = gpu_.answered_secured();
    if (answer && tap_ != nullptr) tap_->on_message(Direction::to_guest, *answer);
    return answer;
}

void Bus::control(ByteView element) {
    if (stalled_) return;
    Bytes sent = to_bytes(element);
    if (tap_ != nullptr) tap_->on_control(sent);
    gpu_.control(sent);
}

void Bus::ring(ByteView submission) {
    if (stalled_) return;
    Bytes sent = to_bytes(submission);
    if (tap_ != nullptr) tap_->on_submission(sent, shared());
    gpu_.execute(sent);
    if (tap_ != nullptr) tap_->on_completion(shared());
}

}  // namespace assay::device
