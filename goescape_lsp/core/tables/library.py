"""The packages of Go's standard library, and which of their types take no memory."""

from __future__ import annotations

_PATHS = """
archive/tar archive/zip bufio bytes cmp compress/bzip2 compress/flate compress/gzip compress/lzw compress/zlib
container/heap container/list container/ring context crypto crypto/aes crypto/cipher crypto/des crypto/dsa
crypto/ecdh crypto/ecdsa crypto/ed25519 crypto/elliptic crypto/fips140 crypto/hkdf crypto/hmac crypto/hpke
crypto/md5 crypto/mlkem crypto/mlkem/mlkemtest crypto/pbkdf2 crypto/rand crypto/rc4 crypto/rsa crypto/sha1
crypto/sha256 crypto/sha3 crypto/sha512 crypto/subtle crypto/tls crypto/x509 crypto/x509/pkix database/sql
database/sql/driver debug/buildinfo debug/dwarf debug/elf debug/gosym debug/macho debug/pe debug/plan9obj embed
encoding encoding/ascii85 encoding/asn1 encoding/base32 encoding/base64 encoding/binary encoding/csv encoding/gob
encoding/hex encoding/json encoding/json/jsontext encoding/json/v2 encoding/pem encoding/xml errors expvar flag fmt
go/ast go/build go/build/constraint go/constant go/doc go/doc/comment go/format go/importer go/parser go/printer
go/scanner go/token go/types go/version hash hash/adler32 hash/crc32 hash/crc64 hash/fnv hash/maphash html
html/template image image/color image/color/palette image/draw image/gif image/jpeg image/png index/suffixarray io
io/fs io/ioutil iter log log/slog log/syslog maps math math/big math/bits math/cmplx math/rand math/rand/v2 mime
mime/multipart mime/quotedprintable net net/http net/http/cgi net/http/cookiejar net/http/fcgi net/http/httptest
net/http/httptrace net/http/httputil net/http/pprof net/mail net/netip net/rpc net/rpc/jsonrpc net/smtp
net/textproto net/url os os/exec os/signal os/user path path/filepath plugin reflect regexp regexp/syntax runtime
runtime/cgo runtime/coverage runtime/debug runtime/metrics runtime/pprof runtime/race runtime/trace slices sort
strconv strings structs sync sync/atomic syscall testing testing/cryptotest testing/fstest testing/iotest
testing/quick testing/slogtest testing/synctest text/scanner text/tabwriter text/template text/template/parse time
time/tzdata unicode unicode/utf16 unicode/utf8 unique weak
"""
PATHS = frozenset(_PATHS.split())
"""The import paths of public packages, those that a newer release added included."""

NAMES = frozenset(path.split("/")[-2] if path.endswith("/v2") else path.rpartition("/")[2] for path in PATHS)
"""The names of these packages."""

# Of all their types, those of no size: `go/types` over go1.21.13, go1.26.8 and go1.27.4.
_EMPTY_TYPES = """
debug.CrashOptions pe.FormatError runtime.Func runtime.PanicNilError structs.HostLayout types.Hasher
types.HasherIgnoreTags x509.ConstraintViolationError x509.UnhandledCriticalExtension
context.backgroundCtx context.deadlineExceededError context.emptyCtx context.todoCtx driver.boolType
driver.defaultConverter driver.int32Type driver.noRows driver.stringType binary.bigEndian binary.littleEndian
binary.nativeEndian gob.emptyStruct json.unquotedValue constant.unknownVal types.bailout draw.floydSteinberg
io.discard io.eofReader iter.coro slog.discardHandler rand.runtimeSource net.canceledError net.noReadFrom
net.noWriteTo net.pipeAddr net.timeoutError http.noBody http.noopHandler http.eofReader http.incomparable
http.globalOptionsHandler http.fakeLocker http.tlsHandshakeTimeoutError http.textSig http.mp4Sig
http.http2missingBody http.http2noBodyReader http.http2noCachedConnError http.http2eofReader
http.http2goAwayFlowError http.http2incomparable http.http2flushFrameWriter http.http2writeSettingsAck
http.tLogKey fcgi.envVarsContextKey httptrace.clientEventContextKey httputil.failureToReadBody os.noReadFrom
os.noWriteTo pprof.labelContextKey trace.traceContextKey sync.noCopy atomic.noCopy atomic.align64 testing.discard
template.missingValType tar.zeroReader tar.zeroWriter zip.dirWriter ecdh.x25519Curve ecdsa.zr
hpke.exportOnlyAEAD hpke.unsupportedCurveKEM tls.endOfEarlyDataMsg tls.helloRequestMsg tls.rsaKeyAgreement
tls.mlkem1024KeyExchange tls.serverHelloDoneMsg tls.timeoutError dwarf.unknownFormat elf.nobitsSectionReader
pe.nobitsSectionReader
"""
EMPTY_TYPES = frozenset(_EMPTY_TYPES.split())
"""The qualified names of types of no size."""

_WORDS = "time.Time netip.Addr netip.AddrPort netip.Prefix reflect.Value url.URL big.Int big.Rat sql.NullString"
WORDS = frozenset(_WORDS.split())
"""The qualified names of types of several words, which an interface holds as a copy on the heap."""

_LONG_INTEGERS = "time.Duration time.Month time.Weekday fs.FileMode os.FileMode reflect.Kind slog.Level token.Pos"
LONG_INTEGERS = frozenset(_LONG_INTEGERS.split())
"""The qualified names of integers of more than a byte."""
