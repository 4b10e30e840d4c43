/* Statements over run.db, and what a failing one says. */
#include "lab/statement.h"

#include "base/base.h"

bool alv_db_no_memory(sqlite3 *db)
{
    return !db || sqlite3_errcode(db) == SQLITE_NOMEM ||
           sqlite3_extended_errcode(db) == SQLITE_IOERR_NOMEM;
}

alv_status alv_store_fail(const alv_store *store, alv_error *error)
{
    if (alv_db_no_memory(store->db))
        return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
    int code = sqlite3_errcode(store->db);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        return alv_fail(error, ALV_ERR_FORMAT, "run.db",
                        "not a database of alvor's, or damaged: use --fresh to start over");
    return alv_fail(error, ALV_ERR_IO, "run.db", "%s%s", sqlite3_errmsg(store->db),
                    code == SQLITE_FULL ? "; the trials written before are kept" : "");
}

alv_status alv_store_sql(alv_store *store, const char *sql, alv_error *error)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK) return ALV_OK;
    return alv_store_fail(store, error);
}

alv_status alv_store_prepare(sqlite3_stmt **out, alv_store *store, const char *sql,
                             alv_error *error)
{
    if (sqlite3_prepare_v2(store->db, sql, -1, out, NULL) == SQLITE_OK) return ALV_OK;
    return alv_store_fail(store, error);
}

alv_status alv_store_execute(alv_store *store, sqlite3_stmt *statement, alv_error *error)
{
    bool fine = sqlite3_step(statement) == SQLITE_DONE;
    alv_status status = fine ? ALV_OK : alv_store_fail(store, error);
    sqlite3_reset(statement);
    return status;
}

void alv_store_bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}
