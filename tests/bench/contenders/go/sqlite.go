// Go net/http with mattn/go-sqlite3: one durable insert per POST (WAL, synchronous=FULL).
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	db, err := sql.Open("sqlite3", os.Args[2]+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000")
	if err != nil {
		panic(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE IF NOT EXISTS messages(id INTEGER PRIMARY KEY, user TEXT, content TEXT)"); err != nil {
		panic(err)
	}
	insert, err := db.Prepare("INSERT INTO messages(user, content) VALUES(?, ?)")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/api/messages", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ User, Content string }
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(400)
			return
		}
		result, err := insert.Exec(in.User, in.Content)
		if err != nil {
			w.WriteHeader(500)
			return
		}
		id, _ := result.LastInsertId()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(201)
		fmt.Fprintf(w, `{"id":%d}`, id)
	})
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		panic(err)
	}
}
