package database

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// retryAfter is the Retry-After of responses while the database is down.
const retryAfter = 5 * time.Second

// mysqlDialector is GORM's dialector, which also reports outages as apperr.ErrUnavailable.
type mysqlDialector struct{ *gormmysql.Dialector }

// Translate implements [gorm.ErrorTranslator].
func (d mysqlDialector) Translate(err error) error { return unavailable(d.Dialector.Translate(err)) }

// unavailable makes err match apperr.ErrUnavailable, which becomes a 503, when it is an outage. It returns any
// other error, and one that says more, unchanged.
func unavailable(err error) error {
	if err == nil || errors.Is(err, apperr.ErrUnavailable) || errors.Is(err, apperr.ErrOutcomeUnknown) || !isOutage(err) {
		return err
	}
	return fmt.Errorf("%w: %w", apperr.ErrUnavailable.After(retryAfter), err)
}

// isOutage reports whether err is a broken connection, a full, failing or locked file, or a refusal of a server or of a
// proxy in front of it that has nothing to do with the statement.
func isOutage(err error) bool {
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return refusals[my.Number] || my.Number >= clientErrors && my.Number < clientErrorsEnd ||
			my.Number >= proxyErrors && my.Number < proxyErrorsEnd
	}
	if errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, driver.ErrBadConn) || isDiskFault(err) || isLocked(err) {
		return true
	}
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}

// Ranges of errors that no server has of its own: proxies such as MaxScale send those of the client library, and ProxySQL
// has its own.
const (
	clientErrors, clientErrorsEnd = 2000, 2100
	proxyErrors, proxyErrorsEnd   = 9000, 10000
)

// refusals are the errors of a server that is starting, stopping, full, out of resources, read-only or not allowed to do
// what the program asks of it (https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html,
// https://mariadb.com/kb/en/mariadb-error-codes/).
var refusals = map[uint16]bool{
	1016: true, // cannot open a file, such as when it has too many open
	1021: true, // disk full
	1024: true, // error reading a file
	1026: true, // error writing a file
	1030: true, // error from the storage engine, such as no space
	1036: true, // table is read-only
	1037: true, // out of memory
	1038: true, // out of sort memory
	1040: true, // too many connections
	1041: true, // out of memory
	1042: true, // cannot get the host name of the client
	1043: true, // bad handshake
	1044: true, // access to the database denied
	1045: true, // access denied
	1047: true, // Galera: the node is not ready, or not in the primary component
	1053: true, // server shutdown in progress
	1077: true, // server shutdown, normal
	1079: true, // server shutdown complete
	1080: true, // forcing close of a thread
	1114: true, // table is full, because the disk is
	1129: true, // host is blocked
	1130: true, // host is not allowed
	1135: true, // cannot create a thread
	1142: true, // command denied, as hosts do with an account over its quota
	1143: true, // the same for a column
	1152: true, // aborted connection
	1158: true, // network: error reading
	1159: true, // network: timeout reading
	1160: true, // network: error writing
	1161: true, // network: timeout writing
	1180: true, // error during COMMIT, which is rolled back
	1184: true, // aborted connection of a user
	1203: true, // more connections than max_user_connections
	1206: true, // too many locks
	1226: true, // a resource limit of the account
	1243: true, // unknown prepared statement: a proxy has changed the server
	1290: true, // running with --read-only
	1317: true, // query interrupted
	1461: true, // too many prepared statements
	1615: true, // prepared statement needs to be prepared again
	1637: true, // too many transactions
	1792: true, // in a read-only transaction
	1820: true, // password expired
	1836: true, // in read-only mode
	1874: true, // InnoDB is in read-only mode
	1881: true, // InnoDB is being recovered
	1927: true, // connection was killed (MariaDB)
	1969: true, // max_statement_time exceeded (MariaDB)
	3024: true, // max_execution_time exceeded
	3032: true, // server is in offline mode
	3100: true, // group replication: error in a hook, such as without a quorum
	3168: true, // server is not available
	3169: true, // session was killed
	4031: true, // disconnected because of inactivity
}
