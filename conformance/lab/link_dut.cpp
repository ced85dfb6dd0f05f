#include "conformance/lab/link_dut.h"

#include <thread>

#include "stack/transport/timing.h"
#include "stack/wire/codes.h"

namespace assay::lab {

namespace code = wire::code;

Result<std::unique_ptr<LinkDut>> LinkDut::open(const transport::Target& target, LinkOptions options) {
    std::unique_ptr<LinkDut> dut(new LinkDut(target, options));
    TRY(dut->reset());
    return dut;
}

Result<> LinkDut::reset() {
    if (link_) {
        link_->drain();
        return {};
    }
    link_ = TRY(transport::connect(target_, options_.patience));
    return {};
}

std::chrono::milliseconds LinkDut::answer_time(ByteView request) const {
    uint8_t asked = request.size() < 4 ? code::get_version : request[1];
    bool vca =
        asked == code::get_version || asked == code::get_capabilities || asked == code::negotiate_algorithms;
    auto time = transport::answer_time(!vca, ct_exponent_, options_.round_trip);
    return std::chrono::ceil<std::chrono::milliseconds>(time);
}

Result<std::optional<Bytes>> LinkDut::exchange(ByteView request) {
    TRY(reset());
    Result<> sent = link_->send(request);
    Result<Bytes> answer = sent ? link_->receive(answer_time(request)) : std::unexpected(sent.error());
    if (answer) {
        if (answer->size() > 5 && (*answer)[1] == code::capabilities) ct_exponent_ = (*answer)[5];
        return std::move(*answer);
    }
    // Silence is an answer; half a unit, a closed connection or broken framing end the connection.
    bool silent = answer.error().code == Errc::timeout && answer.error().detail.starts_with("no answer");
    if (silent) return std::nullopt;
    link_.reset();
    return std::unexpected(answer.error());
}

size_t LinkDut::alignment() const {
    return target_.scheme == transport::Scheme::emu && target_.binding == transport::Binding::doe ? 4 : 1;
}

void LinkDut::wait(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

}  // namespace assay::lab
