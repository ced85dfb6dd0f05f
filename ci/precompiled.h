// The headers of others that most files include, and that take longer to read than the files themselves. They
// are read once (ci/precompile.cmake). Each file still includes what it uses: GCC's builds read without
// this.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <expected>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#ifdef BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#endif
