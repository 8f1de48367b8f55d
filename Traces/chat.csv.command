servesim synthesize --requests 2000 --request-rate 5.53 --seed 0 --output Traces/chat.csv
