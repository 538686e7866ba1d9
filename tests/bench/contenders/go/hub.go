// gorilla/websocket in the shape of its own chat example: a hub, one reader and one writer per client.
package main

import (
	"net/http"
	"os"

	"github.com/gorilla/websocket"
)

type client struct {
	conn *websocket.Conn
	send chan []byte
}

func main() {
	join, leave, publish := make(chan *client), make(chan *client), make(chan []byte, 256)
	go func() {
		members := map[*client]bool{}
		for {
			select {
			case c := <-join:
				members[c] = true
			case c := <-leave:
				if members[c] {
					delete(members, c)
					close(c.send)
				}
			case m := <-publish:
				for c := range members {
					select {
					case c.send <- m:
					default:
						delete(members, c)
						close(c.send)
					}
				}
			}
		}
	}()
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	http.HandleFunc("/chat", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := &client{conn, make(chan []byte, 256)}
		join <- c
		go func() {
			defer conn.Close()
			for m := range c.send {
				if conn.WriteMessage(websocket.TextMessage, m) != nil {
					return
				}
			}
		}()
		defer func() { leave <- c }()
		for {
			_, m, err := conn.ReadMessage()
			if err != nil {
				return
			}
			publish <- m
		}
	})
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		panic(err)
	}
}
